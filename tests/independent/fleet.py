#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""fleet.py PROGRAMS: 200 publishers, with every kind of lie, speak to a real dashboard; what it says and records is
compared with what was really done. Shares no code with surgescope: the rules are those of WIRE.md. Ends with 77 when
python3-zmq is not there."""

import csv
import heapq
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict

try:
    import zmq
except ImportError:
    print("skipped: python3-zmq is not installed", file=sys.stderr)
    sys.exit(77)
from endpoints import free_endpoint

import wire

SECONDS = 46
WARM = 12  # by then every clock has been told, and every session began
POPS = "AMS ATH BOM CDG DFW FRA GRU HKG IAD JNB LHR MAD MIA NRT ORD PRG SIN SYD VIE ZRH".split()  # of the catalogue built in
US = 1_000_000
draw = random.Random(7)


class Publisher:
    """One connection, one name. Its lie is told by the class below it."""

    starts = 0  # the fleet's second in which it begins
    stops = SECONDS
    clock_us = 0  # how far it is ahead

    def __init__(self, name, pop, nodes):
        self.name, self.pop, self.nodes = name, pop, nodes
        self.session = draw.getrandbits(63) + 1  # opaque: it has no order
        self.sequences = Counter()
        self.sockets = []

    def connect(self, context, endpoint):
        for _ in range(self.connections):
            socket = context.socket(zmq.XPUB)
            socket.linger = 0
            socket.connect(endpoint)
            self.sockets.append(socket)

    connections = 1

    def head(self, topic, end_us, now_us):
        self.sequences[topic] += 1
        return wire.header(self.name, self.session, self.sequences[topic], end_us + self.clock_us,
                           now_us + self.clock_us)

    def send(self, topic, data):
        self.count.names.hear(self, topic)
        for socket in self.sockets:
            socket.send_multipart([topic.encode(), data])

    def say_roster(self, names, end_us, now_us):
        topic = "roster/" + self.pop
        self.send(topic, wire.roster(self.head(topic, end_us, now_us), self.pop, names))

    def names(self):
        return [f"{self.name}-{i}" for i in range(self.nodes)]

    def begin(self, end_us, now_us):
        self.say_roster(self.names(), end_us, now_us)

    def report(self, second, end_us, now_us):
        """The bytes of a second's report, and what is true of it."""
        requests = draw.randrange(1, 5000)
        hits = draw.randrange(requests + 1)
        topic = "pop/" + self.pop
        data = wire.pop_report(self.head(topic, end_us, now_us), self.pop, self.nodes, requests, hits)
        return topic, data, requests, hits

    def speak(self, second, end_us, now_us, count):
        topic, data, requests, hits = self.report(second, end_us, now_us)
        self.send(topic, data)
        count.report(self, end_us, requests, hits)

    def done(self, count):
        pass


class Ahead(Publisher):
    def __init__(self, *args, by):
        super().__init__(*args)
        self.clock_us = round(by * US)


class Restarting(Publisher):
    """A new session now and then, its number lower or higher; sequences begin at 1."""

    def speak(self, second, end_us, now_us, count):
        if second % 6 == 0:
            self.session = draw.getrandbits(63) + 1
            self.sequences.clear()
            self.say_roster(self.names(), end_us, now_us)
            count.restarts += 1
        super().speak(second, end_us, now_us, count)


class Twin(Publisher):
    """Comes second under a name that is taken: what it says does not count, and its nodes are missing."""

    starts = 5

    def speak(self, second, end_us, now_us, count):
        topic, data, _, _ = self.report(second, end_us, now_us)
        self.send(topic, data)


class Losing(Publisher):
    def speak(self, second, end_us, now_us, count):
        topic, data, requests, hits = self.report(second, end_us, now_us)
        if 3 < second < SECONDS - 3 and draw.random() < 0.25:
            count.lost += 1
            return
        self.send(topic, data)
        count.report(self, end_us, requests, hits)


class Queueing(Publisher):
    """Cut off for four seconds of eight, and then delivers what it kept: late, but true."""

    def __init__(self, *args):
        super().__init__(*args)
        self.kept = []

    def speak(self, second, end_us, now_us, count):
        topic, data, requests, hits = self.report(second, end_us, now_us)
        self.kept.append((topic, data))
        count.report(self, end_us, requests, hits)
        if second % 8 < 4 and second < SECONDS - 1:
            return
        for message in self.kept:
            self.send(*message)
        self.kept.clear()


class TwoWays(Publisher):
    connections = 2

    def speak(self, second, end_us, now_us, count):
        super().speak(second, end_us, now_us, count)
        count.duplicates += 1


class Dying(Publisher):
    """Says no farewell: its nodes stay expected."""

    stops = 20


class Leaving(Publisher):
    stops = 20

    def done(self, count):
        now_us = time.time_ns() // 1000
        self.say_roster([], now_us // US * US, now_us)


class Rubbish(Publisher):
    """Sends, beside what is true, one message a second that no one may use."""

    def __init__(self, *args, rubbish):
        super().__init__(*args)
        self.rubbish = rubbish

    def speak(self, second, end_us, now_us, count):
        super().speak(second, end_us, now_us, count)
        topic, now = "pop/" + self.pop, wire.header("rubbish", 5, second + 1, end_us, now_us)
        self.send(*{
            "not parseable": lambda: (topic, b"\xff" * 40),
            "unknown schema version": lambda: (topic, wire.pop_report(
                wire.header("rubbish", 5, second + 1, end_us, now_us, schema=9), self.pop, 1, 1, 1)),
            "columns of unequal length": lambda: ("roster/" + self.pop, wire.roster(now, self.pop, ["a"]) + wire.block(4, b"b")),
            "bad PoP code": lambda: ("pop/xyz", wire.pop_report(now, "xyz", 1, 1, 1)),
            "bad header": lambda: (topic, wire.pop_report(
                wire.header("\u202eevil", 5, second + 1, end_us, now_us), self.pop, 1, 1, 1)),
            "value out of range": lambda: (topic, wire.pop_report(now, self.pop, 1, 2**60, 1)),
            "absurd time": lambda: (topic, wire.pop_report(
                wire.header("rubbish", 5, second + 1, end_us + 1, now_us), self.pop, 1, 1, 1)),
        }[self.rubbish]())
        count.refused[self.rubbish] += 1


class Names:
    """Who speaks for a name. A session that was never heard begins at once. If the one before goes on speaking, more
    than 0.1 s later, it had never ended, and the other is refused from then on."""

    def __init__(self):
        self.present, self.before, self.began, self.refused = {}, {}, {}, Counter()

    def hear(self, publisher, topic):
        name, now = publisher.name, time.monotonic()
        present = self.present.get(name)
        if present is publisher or (present and present.session == publisher.session):
            return
        if present and self.before.get(name) is publisher and now - self.began[name] > 0.1:
            self.present[name], self.before[name] = publisher, None  # the twin never counts again
            self.refused[name] = 0
        elif name in self.refused:
            self.refused[name] += 1
        elif present is None or isinstance(publisher, Twin):
            self.present[name], self.before[name], self.began[name] = publisher, present, now


class Count:
    def __init__(self):
        self.names = Names()
        self.by_pop = defaultdict(lambda: [0, 0, 0])  # (PoP, end of a second): node seconds, requests, hits
        self.lost = self.duplicates = self.restarts = 0
        self.refused = Counter()

    def report(self, publisher, end_us, requests, hits):
        entry = self.by_pop[publisher.pop, end_us // US]
        for i, value in enumerate((publisher.nodes, requests, hits)):
            entry[i] += value


def make_fleet():
    fleet, names = [], (f"edge-{i}" for i in range(1000))

    def add(kind, how_many, **more):
        for _ in range(how_many):
            pop = POPS[len(fleet) % len(POPS)]
            fleet.append(kind(f"{pop}/{next(names)}", pop, draw.randrange(1, 5), **more))
        return fleet[-how_many:]

    add(Publisher, 115)
    for by in (-90, -5, 60, 3600, 400 * 86400, -400 * 86400, 3, -3600):
        add(Ahead, 2, by=by)
    add(Restarting, 12)
    add(Losing, 10)
    add(Queueing, 10)
    add(TwoWays, 10)
    add(Dying, 5)
    add(Leaving, 5)
    for kind in ("not parseable", "unknown schema version", "columns of unequal length", "bad PoP code", "bad header",
                 "value out of range", "absurd time"):
        add(Rubbish, 1, rubbish=kind)
    first = fleet[:10]
    fleet += [Twin(p.name, p.pop, p.nodes) for p in first]
    assert len(fleet) == 200, len(fleet)
    return fleet


def wait_for_subscribers(fleet):
    """Nobody speaks before everybody is listened to: what a PUB socket has no subscriber for, it drops."""
    deadline = time.monotonic() + 30
    for publisher in fleet:
        for socket in publisher.sockets:
            wanted = {b"\x01pop/", b"\x01roster/"}
            while wanted:
                if not socket.poll(max(0, int((deadline - time.monotonic()) * 1000))):
                    raise SystemExit(f"{publisher.name}: nobody subscribes to {wanted}")
                wanted.discard(socket.recv())


def play(fleet, count):
    start = int(time.time()) + 1
    # The last ten seconds compared end four before the last of all: no rollup is made of them, but of the reports.
    while (start + SECONDS - 1) % 10 != 4:
        start += 1
    last = None
    for second in range(SECONDS):
        end_us = (start + second) * US
        # Each in its own moment of the second, as a fleet's clocks are.
        due = [(end_us + draw.randrange(20_000, 600_000), i) for i in range(len(fleet))]
        heapq.heapify(due)
        while due:
            at_us, i = heapq.heappop(due)
            time.sleep(max(0, at_us / US - time.time()))
            publisher = fleet[i]
            if second == publisher.stops:
                publisher.done(count)
            if not publisher.starts <= second < publisher.stops:
                continue
            now_us = time.time_ns() // 1000
            if second == publisher.starts:
                publisher.begin(end_us, now_us)
            publisher.speak(second, end_us, now_us, count)
        last = end_us // US
    return start, last


def culprits(complaints):
    """Who is named as having a wrong clock, and whose name two have."""
    clocks = {text.split()[2] for text in complaints if text.startswith("clock of ")}
    twins = {text.split()[3].rstrip(":") for text in complaints if text.startswith("two are called ")}
    return clocks, twins


def recorded(programs, file):
    """Node seconds, requests, hits and expected nodes by PoP and end of ten seconds."""
    text = subprocess.run([programs + "/surgescope-capture", "csv", file], check=True, capture_output=True,
                          text=True).stdout
    table = {}
    for row in csv.DictReader(text.splitlines()):
        end = int(time.mktime(time.strptime(row["time [UTC]"], "%Y-%m-%dT%H:%M:%SZ"))) - time.timezone
        table[row["place"], end] = [int(row[key] or 0) for key in (
            "node_seconds [{node}.s]", "requests [{request}]", "cache_hits [{request}]", "expected nodes")]
    return table


class Comparison:
    def __init__(self):
        self.wrong = 0

    def equal(self, what, theirs, ours):
        ok = theirs == ours
        self.wrong += not ok
        print(f"{'ok   ' if ok else 'WRONG'} {what}: {theirs}" + ("" if ok else f", counted independently: {ours}"))


def compare(fleet, count, stats, table, start, last):
    check = Comparison()
    clocks, twins = culprits(stats["feed"]["complaints"])
    check.equal("clocks named", sorted(clocks), sorted({p.name for p in fleet if abs(p.clock_us) > US // 2}))
    check.equal("names of two", sorted(twins), sorted({p.name for p in fleet if isinstance(p, Twin)}))
    check.equal("publishers named in all", stats["feed"]["complaint_count"], len(clocks) + len(twins))
    expected = sum(p.nodes for p in fleet if not isinstance(p, Leaving))
    check.equal("nodes expected", stats["nodes"]["expected"], expected)
    check.equal("lost", stats["feed"]["lost"], count.lost)
    check.equal("restarts", stats["feed"]["restarts"], count.restarts)
    refused = stats["feed"]["refused"]
    for reason, number in sorted(count.refused.items()):
        check.equal("refused, " + reason, refused.get(reason, 0), number)
    # Rosters, which the second way repeats, are none: they say the same again.
    check.equal("refused, duplicate message", refused.get("duplicate message", 0), count.duplicates)
    check.equal("refused, of twins", refused.get("two publishers of one name", 0),
                sum(count.names.refused.values()))
    tens = [ten for ten in range((start + WARM) // 10 * 10 + 20, last - 2, 10)]
    assert len(tens) >= 2
    for ten in tens:
        for pop in POPS:
            ours = [sum(values) for values in zip(*(count.by_pop[pop, s] for s in range(ten - 9, ten + 1)))]
            ours.append(sum(p.nodes for p in fleet if p.pop == pop
                            and not (isinstance(p, Leaving) and start + p.stops <= ten - 2)))
            theirs = table.get((pop, ten))
            if theirs != ours:
                check.equal(f"{pop}, ten seconds until {ten}: node seconds, requests, hits, expected nodes", theirs, ours)
        world = [sum(values) for values in zip(*(table[pop, ten][:3] for pop in POPS))]
        ours = [sum(values) for values in zip(*(count.by_pop[pop, s] for pop in POPS for s in range(ten - 9, ten + 1)))]
        check.equal(f"world, ten seconds until {ten}: node seconds, requests, hits", world, ours)
    return check.wrong


def main(programs):
    context = zmq.Context()
    context.max_sockets = 1000
    endpoint = free_endpoint(context)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=folder)
        wall = subprocess.Popen(
            [programs + "/surgescope", "--bind", endpoint, "--record", folder + "/fleet.mcap", "--flight-bytes", "0",
             "--stats", folder + "/stats", "--quit-after", str(SECONDS + 25)], env=environment,
            stderr=subprocess.DEVNULL)
        try:
            fleet, count = make_fleet(), Count()
            for publisher in fleet:
                publisher.count = count
                publisher.connect(context, endpoint)
            wait_for_subscribers(fleet)
            start, last = play(fleet, count)
            deadline = time.monotonic() + 10
            stats = {}
            while time.monotonic() < deadline:  # until the last second has settled
                lines = open(folder + "/stats").read().splitlines()
                stats = json.loads(lines[-1])
                if (stats["settled"] or 0) >= last:
                    break
                time.sleep(0.2)
            wall.wait(60)
            return compare(fleet, count, stats, recorded(programs, folder + "/fleet.mcap"), start, last)
        finally:
            wall.kill()
            context.destroy(0)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
