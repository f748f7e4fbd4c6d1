#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""stopped_wall.py FOLDER: two walls on one nats-server, one of which is stopped as SIGSTOP does it until the server has hung up on
it. The other one hears each second of each PoP all the while; the one that was stopped says, when it goes on, that its connection
was lost and which messages no stream kept, and has counted what the other one has. Ends with 77 where nats-server is not."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 90
NODES = 60_000  # whose columns fill what the kernel keeps for a wall that does not read
SERVER = shutil.which("nats-server") or "/usr/sbin/nats-server"


def until(what, is_so):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = is_so()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"not within {PATIENCE} s: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(programs, folder):
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder,
                       XDG_DATA_HOME=folder)
    port = free_port()
    endpoint = f"nats://127.0.0.1:{port}"
    with open(f"{folder}/nats.conf", "w", encoding="utf-8") as file:
        file.write(f'listen: "127.0.0.1:{port}"\nwrite_deadline: "1s"\njetstream {{ store_dir: "{folder}/js", max_file: 1GB }}\n')
    running = []

    def start(name, *words):
        with open(f"{folder}/{name}.log", "w", encoding="utf-8") as log:
            running.append(subprocess.Popen(words, stdout=log, stderr=log, env=environment))
        return running[-1]

    def wall(name, *more):
        return start(name, f"{programs}/surgescope", "--connect", endpoint, "--flight-bytes", "0", "--size", "800x600",
                     "--stats", f"{folder}/{name}.json", *more)

    def lines(name):
        try:
            with open(f"{folder}/{name}.json", encoding="utf-8") as file:
                return [json.loads(line) for line in file.read().splitlines()]
        except (OSError, ValueError):
            return []

    def says(name, what):
        told = lines(name)
        return bool(told) and what(told[-1])

    def logged(name, text):
        with open(f"{folder}/{name}.log", encoding="utf-8") as file:
            return text in file.read()

    def hears_all(line):
        return line["pops"]["live"] >= 391 and line["nodes"]["heard"] > 0.99 * NODES  # some nodes fail by themselves

    try:
        start("nats", SERVER, "-c", f"{folder}/nats.conf")
        until("the server", lambda: logged("nats", "Server is ready"))
        start("keeper", f"{programs}/surgescope-relay", "--name", "keeper", "--connect", endpoint, "--jetstream", "--keep-bytes",
              "100MiB")
        until("the stream", lambda: os.path.isdir(f"{folder}/js/jetstream/$G/streams/SURGESCOPE"))
        wall("other")
        stopped = wall("stopped", "--all-nodes")
        sim = start("sim", f"{programs}/surgescope-sim", "--connect", endpoint, "--nodes", str(NODES))
        for name in ("other", "stopped"):
            until(f"{name} hears all", lambda name=name: says(name, hears_all))
        until("columns come, too", lambda: sum(line["feed"]["reports_per_second"] > 1.5 * 391 for line in lines("stopped")) > 3)

        begun = len(lines("other"))
        stopped.send_signal(signal.SIGSTOP)
        until("the server hangs up on who stands still", lambda: logged("nats", "Slow Consumer Detected"))
        hung_up = len(lines("other"))
        until("the other goes on", lambda: len(lines("other")) > hung_up + 4)
        assert all(hears_all(line) for line in lines("other")[begun:]), "the other wall was harmed"
        settled = [line["settled"] for line in lines("other")[begun:]]
        assert settled == sorted(settled) and settled[-1] > settled[0], settled

        stopped.send_signal(signal.SIGCONT)
        until("it is back", lambda: says("stopped", hears_all))
        told = until("it says that the connection was lost",
                     lambda: says("stopped", lambda line: line["feed"]["endpoints"][0]["lost"] > 0) and lines("stopped")[-1])
        until("it says what it lost", lambda: says("stopped", lambda line: line["feed"]["lost"] > 0))
        sim.terminate()
        sim.wait(PATIENCE)
        counted = lambda name: lines(name)[-1]["since_start"]["counters"]["requests"]
        until("both have counted the same", lambda: counted("stopped") == counted("other"))
        for name in ("other", "stopped"):
            assert lines(name)[-1]["feed"]["refused"] == {}, lines(name)[-1]["feed"]
        assert lines("other")[-1]["feed"]["lost"] == 0 and lines("other")[-1]["feed"]["endpoints"][0]["lost"] == 0
        print(f"{len(lines('other')) - begun} s of the other wall were whole; the one that stood still lost "
              f"{lines('stopped')[-1]['feed']['lost']} messages of node columns and no report ({told['uptime_s']:.0f} s)")
    finally:
        for program in running:
            program.kill()
            program.wait()


if __name__ == "__main__":
    if not os.path.exists(SERVER):
        print("skipped: nats-server is not installed", file=sys.stderr)
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        main(sys.argv[1], scratch)
