#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""trusted_wall.py PROGRAMS [SECONDS [NODES]]: the real dashboard at 1920x1080, with keys. Twice SECONDS (60): a simulator's
NODES (1,000,000), each in columns of its own, recorded; and the same nodes behind 100 publishers of 10,000, as many relays
would speak for them. Prints the dashboard's CPU, memory, losses and late seconds. Needs a simulator that keeps up."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
SETTLING = 15  # seconds, until all are connected


def cpu_of(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid):
    return int(open(f"/proc/{pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def act(words, programs, seconds, wall_options, simulator_options):
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        keys = folder + "/keys"
        subprocess.run([programs + "/surgescope-keys", "--key-folder", keys, "new"], check=True, stdout=subprocess.DEVNULL)
        stats = folder + "/stats"
        wall = subprocess.Popen(
            [programs + "/surgescope", "--bind", f"tcp://0.0.0.0:{port}", "--key-folder", keys, "--stats", stats,
             "--flight-bytes", "0", "--workspace", "overview",
             *(option.replace("FOLDER", folder) for option in wall_options)],
            env=dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=folder), stderr=subprocess.DEVNULL)
        simulator = subprocess.Popen(
            [programs + "/surgescope-sim", "--connect", f"tcp://127.0.0.1:{port}", "--key-folder", keys, *simulator_options],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            time.sleep(SETTLING)
            begun, wall_cpu, simulator_cpu = time.monotonic(), cpu_of(wall.pid), cpu_of(simulator.pid)
            time.sleep(seconds)
            took = time.monotonic() - begun
            wall_cpu, simulator_cpu = cpu_of(wall.pid) - wall_cpu, cpu_of(simulator.pid) - simulator_cpu
            resident = resident_mib(wall.pid)
            said = [json.loads(line) for line in open(stats).read().splitlines()[-int(seconds):]]
        finally:
            simulator.kill()
            wall.terminate()
            wall.wait()
        last = said[-1]
        heard = sorted(line["nodes"]["heard"] for line in said)
        print(f"{words}: dashboard {100 * wall_cpu / took:.1f} % of a core, {resident:.0f} MiB; "
              f"simulator {100 * simulator_cpu / took:.1f} %; nodes heard, median {heard[len(heard) // 2]:,}, "
              f"least {heard[0]:,}; publishers {last['feed']['publishers']}; lost {last['feed']['lost']} of which "
              f"{last['feed']['lost'] - said[0]['feed']['lost']} since all were connected; refused {last['feed']['refused']}; "
              f"{last['feed']['complaints']}", flush=True)


def main(programs, seconds=60, nodes=1_000_000):
    act("columns of each node, with keys, recorded", programs, seconds,
        ["--all-nodes", "--record", "FOLDER/night.mcap"], ["--nodes", str(nodes)])
    act("100 publishers, with keys", programs, seconds, [], ["--nodes", str(nodes), "--publishers", "100"])


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
