#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nats.py PROGRAMS: publishers that are no more than a socket and the text of NATS's protocol speak to a real
nats-server, as NATS.md and WIRE.md say, and surgescope-capture records them: live, and afterwards from the stream.
Shares no code with surgescope. Ends with 77 when nats-server is not there."""

import csv
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import wire

SECONDS = 8
US = 1_000_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Plain:
    """A NATS client of twenty lines."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")
        assert self.file.readline().startswith(b"INFO ")
        self.socket.sendall(b'CONNECT {"verbose":false}\r\nPING\r\n')
        assert self.file.readline() == b"PONG\r\n"

    def publish(self, subject, payload):
        self.socket.sendall(f"PUB {subject} {len(payload)}\r\n".encode() + payload + b"\r\n")


def start(command, ready, cwd):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=cwd)
    os.set_blocking(process.stderr.fileno(), False)
    said, deadline = b"", time.monotonic() + 20
    while ready not in said:
        said += process.stderr.read() or b""
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise SystemExit(f"{command[0]} does not start: {said.decode()}")
        time.sleep(0.02)
    return process


def recorded(programs, file):
    text = subprocess.run([programs + "/surgescope-capture", "csv", file], check=True, capture_output=True,
                          text=True).stdout
    sums = {}
    for row in csv.DictReader(io.StringIO(text)):
        sums[row["place"]] = sums.get(row["place"], 0) + int(row["requests [{request}]"] or 0)
    return sums


def main(programs):
    server = shutil.which("nats-server") or "/usr/sbin/nats-server"
    if not os.path.exists(server):
        print("skipped: nats-server is not installed", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with open(folder + "/nats.conf", "w") as file:
            file.write(f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}/js", max_file: 1GB }}\n')
        endpoint = f"nats://127.0.0.1:{port}"
        running = [start([server, "-c", folder + "/nats.conf"], b"Server is ready", folder)]
        try:
            running.append(start([programs + "/surgescope-relay", "--name", "keeper", "--connect", endpoint, "--jetstream",
                                  "--keep-bytes", "100MB", "--key-folder", folder + "/keys"], b"keeps it", folder))
            live = start([programs + "/surgescope-capture", "record", endpoint, "-o", folder + "/live.mcap", "--key-folder",
                          folder + "/keys"], b"records nats", folder)
            running.append(live)
            time.sleep(2)  # the stream is made, and it listens
            begun = time.gmtime(time.time() - 5)
            plain, sent = Plain(port), {}
            for second in range(SECONDS):
                now = time.time()
                end = int(now) + 1
                time.sleep(end + 0.05 - now)
                for pop, node in (("LHR", "python-lhr"), ("NRT", "python-nrt")):
                    requests = 1000 * (second + 1) + (7 if pop == "NRT" else 0)
                    sent[pop] = sent.get(pop, 0) + requests
                    now_us = int(time.time() * US)
                    if second == 0:
                        head = wire.header(node, 77, 1, end * US, now_us)
                        plain.publish(f"surgescope.roster.{pop}", wire.roster(head, pop, [node]))
                    head = wire.header(node, 77, second + 1, end * US, now_us)
                    plain.publish(f"surgescope.pop.{pop}", wire.pop_report(head, pop, 1, requests, requests // 2))
            time.sleep(2)
            live.send_signal(signal.SIGINT)
            live.wait(20)
            heard = recorded(programs, folder + "/live.mcap")
            assert heard == sent, f"live: recorded {heard}, sent {sent}"
            subprocess.run([programs + "/surgescope-capture", "record", endpoint, "-o", folder + "/past.mcap", "--from",
                            time.strftime("%Y-%m-%dT%H:%M:%SZ", begun), "--seconds", "4", "--key-folder", folder + "/keys"],
                           check=True, capture_output=True, timeout=60)
            heard = recorded(programs, folder + "/past.mcap")
            assert heard == sent, f"from the stream: recorded {heard}, sent {sent}"

            def hours_ago(hours):
                return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600 * hours))
            before = subprocess.run([programs + "/surgescope-capture", "record", endpoint, "-o", folder + "/before.mcap",
                                     "--from", hours_ago(2), "--to", hours_ago(1), "--key-folder", folder + "/keys"],
                                    capture_output=True, timeout=60, text=True)
            assert before.returncode != 0 and "keeps nothing of" in before.stderr, f"of no time of it: {before}"
            assert not os.path.exists(folder + "/before.mcap"), "of no time of it: a recording is left"
            longer = subprocess.run([programs + "/surgescope-capture", "record", endpoint, "-o", folder + "/longer.mcap",
                                     "--from", hours_ago(2), "--seconds", "4", "--key-folder", folder + "/keys"],
                                    check=True, capture_output=True, timeout=60, text=True)
            assert "what was before is not in the recording" in longer.stderr, f"of more than it keeps: {longer}"
            assert recorded(programs, folder + "/longer.mcap") == sent, "of more than it keeps: not all of it"
        finally:
            for process in reversed(running):
                process.kill()
                process.wait()
    print(f"{sent}: the same live, and from the stream")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
