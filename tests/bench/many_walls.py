#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""many_walls.py FOLDER [WALLS [SECONDS]]: how long PoP reports take from a relay to each of so many walls.

391 publishers with clocks of their own report to one relay, which publishes by ZeroMQ and to a nats-server. The walls are sockets,
ten in a process, that subscribe to pop/ and note when each report came, against when the relay says that it sent it (all on this
machine's clock). Prints median and 99th percentile for each way, each wall's own worst, and what the relay took."""
import json
import multiprocessing
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

folder = sys.argv[1]
walls = int(sys.argv[2]) if len(sys.argv) > 2 else 50
seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
AT_ONCE = 10


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def sent_us(report):
    """sent_us (7, fixed64) of the header, which is the first field (WIRE.md)."""
    assert report[0] == 0x0A
    size, at = varint(report, 1)
    end = at + size
    while at < end:
        tag, at = varint(report, at)
        kind = tag & 7
        if kind == 1:
            if tag >> 3 == 7:
                return struct.unpack_from("<Q", report, at)[0]
            at += 8
        elif kind == 0:
            _, at = varint(report, at)
        else:
            size, at = varint(report, at)
            at += size
    raise ValueError("no sent_us")


def by_zeromq(endpoint, many, until, results):
    import zmq
    context = zmq.Context()
    poller = zmq.Poller()
    took = {}
    for _ in range(many):
        s = context.socket(zmq.SUB)
        s.connect(endpoint)
        s.subscribe(b"pop/")
        poller.register(s, zmq.POLLIN)
        took[s] = []
    while time.time() < until:
        for s, _ in poller.poll(200):
            while True:
                try:
                    _, report = s.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                took[s].append(time.time() * 1e3 - sent_us(report) / 1e3)
    results.put(list(took.values()))


def by_nats(port, many, until, results):
    import selectors
    poller = selectors.DefaultSelector()
    took = []
    for _ in range(many):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(b'CONNECT {"verbose":false}\r\nSUB surgescope.pop.* 1\r\nPING\r\n')
        took.append([])
        poller.register(s, selectors.EVENT_READ, [bytearray(), took[-1]])
    while time.time() < until:
        for key, _ in poller.select(0.2):
            waiting, mine = key.data
            waiting += key.fileobj.recv(1 << 20)
            while (line := waiting.find(b"\r\n")) >= 0:
                words = bytes(waiting[:line]).split()
                if words[0] == b"PING":
                    key.fileobj.sendall(b"PONG\r\n")
                if words[0] != b"MSG":
                    del waiting[: line + 2]
                    continue
                size = int(words[-1])
                if len(waiting) < line + 4 + size:
                    break
                mine.append(time.time() * 1e3 - sent_us(bytes(waiting[line + 2 : line + 2 + size])) / 1e3)
                del waiting[: line + 4 + size]
    results.put(took)


def percentile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def measure(name, listen, argument, stats):
    results = multiprocessing.Queue()
    until = time.time() + seconds + 5
    groups = [multiprocessing.Process(target=listen, args=(argument, min(AT_ONCE, walls - at), until, results))
              for at in range(0, walls, AT_ONCE)]
    for group in groups:
        group.start()
    took = [wall[len(wall) // 5:] for _ in groups for wall in results.get()]  # the first fifth is a beginning
    for group in groups:
        group.join()
    every = [ms for wall in took for ms in wall]
    with open(stats, encoding="utf-8") as lines:
        cpu = [json.loads(line)["cpu"] for line in list(lines)[-seconds:-1]]
    print(f"{name:8} {len(took)} walls, {len(every)} reports: p50 {percentile(every, .5):.0f} ms, p99 {percentile(every, .99):.0f} ms, "
          f"worst wall's p99 {max(percentile(wall, .99) for wall in took):.0f} ms; relay {100 * sum(cpu) / len(cpu):.0f} % of a core")


with tempfile.TemporaryDirectory() as scratch:
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = scratch
    agents, publish, nats = free_port(), free_port(), free_port()
    stats = os.path.join(scratch, "relay.json")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(["nats-server", "-a", "127.0.0.1", "-p", str(nats)], **quiet)]
    try:
        running.append(subprocess.Popen(
            [f"{folder}/surgescope-relay", "--name", "EWR/relay-1", "--bind", f"tcp://127.0.0.1:{agents}", "--publish",
             f"tcp://127.0.0.1:{publish}", "--connect", f"nats://127.0.0.1:{nats}", "--stats", stats], **quiet))
        running.append(subprocess.Popen(
            [f"{folder}/surgescope-sim", "--scenario", "triple-drop", "--publishers", "391", "--nodes", "2000", "--connect",
             f"tcp://127.0.0.1:{agents}"], **quiet))
        time.sleep(8)
        measure("ZeroMQ", by_zeromq, f"tcp://127.0.0.1:{publish}", stats)
        measure("NATS", by_nats, nats, stats)
    finally:
        for process in running:
            process.kill()
            process.wait()
