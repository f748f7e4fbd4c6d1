#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""churn.py PROGRAMS [SECONDS]: agents come and go at a real dashboard, each second some under names never heard before:
those that leave say farewell, die and come back, or begin new sessions. Prints how much memory the dashboard takes, and
fails when it grows with the names. 1800 seconds unless told. Ends with 77 when python3-zmq is not there."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../independent"))
import wire

try:
    import zmq
except ImportError:
    print("skipped: python3-zmq is not installed", file=sys.stderr)
    sys.exit(77)
from endpoints import free_endpoint

AGENTS = 200
LONG_LIFE = 20  # seconds an agent lives at most; half of that in a short run, so that it too hears enough names
NODES = 20  # of each
POPS = "AMS ATH BOM CDG DFW FRA GRU HKG IAD JNB LHR MAD MIA NRT ORD PRG SIN SYD VIE ZRH".split()
US = 1_000_000
MOST_BYTES_A_NAME = 8_192  # that a name gone for good may leave behind, until it is forgotten
MOST_BYTES_BESIDE = 10 << 20  # that a picture or a chart may take meanwhile: windows grow in steps
draw = random.Random(11)


class Agent:
    born = 0

    def __init__(self, context, endpoint, life):
        self.context, self.endpoint, self.life = context, endpoint, life
        self.pop = draw.choice(POPS)
        self.name = f"{self.pop}/ephemeral-{Agent.born}"
        Agent.born += 1
        self.begin()

    def begin(self):
        self.session = draw.getrandbits(63) + 1
        self.sequence = {"pop": 0, "roster": 0}
        self.until = time.time() + draw.uniform(self.life / 2, self.life)
        self.says_roster = True
        self.socket = self.context.socket(zmq.PUB)
        self.socket.linger = 0
        self.socket.connect(self.endpoint)
        self.quiet = 2  # seconds, until it is connected

    def head(self, kind, end):
        self.sequence[kind] += 1
        now = time.time_ns() // 1000
        return wire.header(self.name, self.session, self.sequence[kind], end * US, now)

    def send(self, kind, data):
        self.socket.send_multipart([f"{kind}/{self.pop}".encode(), data])

    def say_roster(self, end, names):
        self.send("roster", wire.roster(self.head("roster", end), self.pop, names))

    def speak(self, end):
        self.quiet -= 1
        if self.quiet > 0:
            return
        if self.says_roster:
            self.say_roster(end, [f"{self.name}-{i}" for i in range(NODES)])
            self.says_roster = False
        self.send("pop", wire.pop_report(self.head("pop", end), self.pop, NODES, draw.randrange(1000), 0))

    def leave(self, end):
        """None: it is gone for good. Otherwise itself, in another session."""
        farewell = draw.random() < 0.7
        if farewell:
            self.say_roster(end, [])
        self.socket.close(linger=500 if farewell else 0)
        if farewell:
            return None
        self.begin()
        return self


def resident(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024


def main(programs, seconds):
    life = min(LONG_LIFE, seconds / 4)
    context = zmq.Context()
    context.max_sockets = 4 * AGENTS
    endpoint = free_endpoint(context)
    with tempfile.TemporaryDirectory() as folder:
        wall = subprocess.Popen(
            [programs + "/surgescope", "--bind", endpoint, "--flight-bytes", str(32 << 20), "--stats", folder + "/stats"],
            env=dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=folder), stderr=subprocess.DEVNULL)
        try:
            agents = [Agent(context, endpoint, life) for _ in range(AGENTS)]
            samples = []  # names ever heard, bytes
            begin = int(time.time()) + 1
            for second in range(seconds):
                time.sleep(max(0, begin + second - time.time()))
                for i, agent in enumerate(agents):
                    if time.time() > agent.until:
                        agents[i] = agent.leave(begin + second) or Agent(context, endpoint, life)
                    agents[i].speak(begin + second)
                samples.append((Agent.born, resident(wall.pid)))
                if second % max(1, seconds // 30) == 0:
                    print(f"{second:5} s: {Agent.born:6} names so far, {samples[-1][1] / 2**20:7.1f} MiB", flush=True)
            stats = json.loads(open(folder + "/stats").read().splitlines()[-1])
            # Charts take memory as they fill, for a quarter of an hour: compared is what comes after, if anything does.
            middle = samples[max(min(960, seconds // 2), seconds // 3)]
            names = samples[-1][0] - middle[0]
            grown = samples[-1][1] - middle[1]
            print(f"since then {names} more names and {grown / 2**20:+.1f} MiB: {grown / max(1, names):.0f} bytes a name")
            print(f"expected {stats['nodes']['expected']} nodes, heard {stats['nodes']['heard']}, refused {stats['feed']['refused']}")
            alive = AGENTS * NODES
            # Who is dead and not back yet, or not yet connected, is expected or not.
            if not 0.7 * alive <= stats["nodes"]["expected"] <= 1.1 * alive:
                print(f"WRONG: {alive} nodes are there")
                return 1
            return 1 if grown > names * MOST_BYTES_A_NAME + MOST_BYTES_BESIDE else 0
        finally:
            wall.kill()
            context.destroy(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1800))
