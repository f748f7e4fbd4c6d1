#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""wan_nats.py PROGRAMS: two sites with a line of 80 ms each way between them that loses one packet in a hundred, and over them
a NATS cluster of three servers as resources/nats has it, but for encryption. In one site a fleet and its relay, in the other the
wall. Ends with 77 where network namespaces cannot be made, or nats-server is not there.

With two servers at the fleet: the line is cut for longer than publishers remember, and comes back; two servers are killed, one
after the other; and a wall that comes late loses the server that fills it. What both walls have counted in the end is what the
fleet did, nothing twice; who lost its server and the stream's leader at once may lack that moment, and says so.

With two servers at the wall, where the stream goes on while the fleet is cut off: what comes too late, or never, is said by the
wall and by the relay, nothing is counted twice, and all goes on."""

import json
import os
import re
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rehearsal import PATIENCE, Rehearsal, rehearse

NODES, PUBLISHERS, POPS = 1_500, 30, 391
FILLED = 4_000_000  # bytes over the line, of a past of some twenty million, when its server is killed
SERVER = shutil.which("nats-server") or "/usr/sbin/nats-server"
REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../resources/nats/surgescope.conf")


class OverNats(Rehearsal):
    atFleet = 2  # servers

    def __init__(self, programs, folder, link):
        super().__init__(programs, folder, link)
        self.places = [(self.site, n) for n in range(self.atFleet)] + [(self.center, n) for n in range(3 - self.atFleet)]
        self.servers = [None] * len(self.places)
        for user in ("relay", "wall"):
            with open(f"{folder}/{user}.pass", "w") as file:
                file.write(f"{user}:{user}-secret\n")

    def at(self, site):
        return [which for which, (its, _) in enumerate(self.places) if its is site]

    def address(self, which, port=4222):
        site, further = self.places[which]
        return f"{site.address}:{port + further}"

    def start_server(self, which):
        text = open(REFERENCE).read()
        text = re.sub(r"(?ms)^tls \{.*?^\}", "", text)
        text = re.sub("max_file_store: .*", "max_file_store: 1GB", text)
        text = text.replace("0.0.0.0:4222", self.address(which)).replace("0.0.0.0:6222", self.address(which, 6222))
        text = text.replace("/var/lib/nats", f"{self.folder}/nats-{which + 1}").replace("$NATS_NAME", f"nats-{which + 1}")
        # Only one end of the line may call the other: two that call at once hang up on each other, again and again.
        called = [0, 1, 2] if self.places[which][0] is self.center else self.at(self.site)
        text = re.sub("routes: .*", "routes: [ " + ", ".join(f'"nats://nats-{other + 1}:6222"' for other in called) + " ]", text)
        for other in range(len(self.places)):
            text = text.replace(f"nats-{other + 1}:6222", self.address(other, 6222))
        with open(f"{self.folder}/nats-{which + 1}.conf", "w") as file:
            file.write(text)
        self.servers[which] = self.start(self.places[which][0], SERVER, "-c", f"{self.folder}/nats-{which + 1}.conf",
                                         log=f"nats-{which + 1}")

    def kill_server(self, which):
        self.kill(self.servers[which])

    def start_wall(self, name, at):
        return self.start(self.center, "surgescope", "--connect", "nats://" + ",".join(self.address(which) for which in at),
                          "--nats-credentials", self.folder + "/wall.pass", "--insecure-plain-tcp", "--stats",
                          f"{self.folder}/{name}", "--flight-bytes", "0", log=name)

    def is_whole(self, stats):
        return stats["nodes"]["heard"] == stats["nodes"]["expected"] == NODES

    def has_lost(self, stats):
        return stats["feed"]["lost"] > 0 or stats["feed"]["refused"]

    def took(self, words, seconds):
        return self.check(f"{words}: after {seconds:.1f} s" if seconds is not None else words, seconds is not None)

    def begin(self):
        for which in range(len(self.places)):
            self.start_server(which)
        self.start(self.site, "surgescope-relay", "--name", "site/relay", "--bind", "tcp://127.0.0.1:5555", "--connect",
                   "nats://" + ",".join(self.address(which) for which in self.at(self.site)), "--nats-credentials",
                   self.folder + "/relay.pass", "--insecure-plain-tcp", "--jetstream", "--replicas", "3", "--keep-bytes", "500MiB",
                   "--stats", self.folder + "/relay-stats")
        self.start_wall("wall-stats", self.at(self.center))
        self.took("the wall is let in", self.comes_to(lambda stats: stats["feed"]["endpoints"][0]["peers"] == 1))
        deadline = time.monotonic() + PATIENCE
        while not any("new stream leader" in open(f"{self.folder}/nats-{n}.log").read() for n in (1, 2, 3)):
            if time.monotonic() > deadline:
                return self.check("there is a stream", False)
            time.sleep(0.2)
        self.fleet = self.start(self.site, "surgescope-sim", "--scenario", self.launch(), "--connect", "tcp://127.0.0.1:5555",
                                "--nodes", str(NODES), "--publishers", str(PUBLISHERS),
                                "--expect", self.folder + "/expected")
        self.took("all nodes are heard", self.comes_to(self.is_whole))
        time.sleep(8)
        self.check("nothing is lost", not self.has_lost(self.stats()))

    def cut(self, seconds):
        self.link.cut()
        self.took(f"a cut of {seconds} s is told", self.comes_to(lambda stats: stats["nodes"]["heard"] == 0, seconds))
        time.sleep(seconds)
        self.link.mend()
        self.took("mended, all are back", self.comes_to(self.is_whole))

    def end_fleet(self):
        """What it did: seconds, by their ends."""
        self.fleet.terminate()
        self.fleet.wait()
        seconds = json.load(open(self.folder + "/expected"))["seconds"]
        # Of the second in which it was asked to end nobody was told.
        self.took("the wall comes to its end", self.comes_to(lambda stats: stats["settled"] >= seconds[-2]["end"]))
        return [second for second in seconds if second["end"] <= self.stats()["settled"]]

    def told(self, stats):
        """Reports that the wall says it has not."""
        return stats["feed"]["lost"] + sum(stats["feed"]["refused"].values())

    def counts(self, seconds, of):
        """The wall has counted what the fleet did, each second once. Who loses its server while the stream has no leader either
        may lack what was said just then, and says so."""
        whole = {"requests": sum(second["requests"] for second in seconds), "node_seconds": NODES * len(seconds)}
        missing = lambda stats: {key: whole[key] - stats["since_start"]["counters"].get(key, 0) for key in whole}
        self.comes_to(lambda stats: not any(missing(stats).values()), 10, of=of)
        stats = self.stats(of)
        print(f"{of}: of {whole} misses {missing(stats)}, tells of {self.told(stats)} reports: {stats['feed']['refused']}")
        self.check(f"{of} has counted what the fleet did, or says what it lacks",
                   all(value >= 0 for value in missing(stats).values())
                   and (self.told(stats) > 0 or not any(missing(stats).values())))
        self.check("that is no more than was said while it changed servers", self.told(stats) <= 3 * POPS)


class FleetGoesOn(OverNats):
    def night(self):
        self.begin()
        self.cut(40)
        self.took("nothing is lost", self.comes_to(lambda stats: not self.has_lost(stats), 10))
        for which in (0, 2):
            self.kill_server(which)
            time.sleep(10)
            self.took(f"nats-{which + 1} killed, all are heard", self.comes_to(self.is_whole))
            self.start_server(which)
            time.sleep(10)
            self.took("it is back, all are heard", self.comes_to(self.is_whole))

        before = self.link.bytes
        self.start_wall("late-stats", [0])
        deadline = time.monotonic() + PATIENCE
        while self.link.bytes < before + FILLED and time.monotonic() < deadline:
            time.sleep(0.02)
        self.kill_server(0)
        late = self.stats("late-stats")
        self.check("the late wall loses its server while it is filled", not late or not self.is_whole(late))
        self.took("it is filled by another", self.comes_to(self.is_whole, of="late-stats"))
        self.start_server(0)
        time.sleep(5)
        seconds = self.end_fleet()
        self.counts(seconds, "wall-stats")
        self.counts(seconds, "late-stats")


class FleetCutOff(OverNats):
    atFleet = 1

    def night(self):
        self.begin()
        self.cut(40)
        self.took("the wall says that something is lost", self.comes_to(self.has_lost))
        late = lambda: self.stats()["feed"]["refused"].get("too late", 0) + self.stats()["feed"]["lost"]
        seconds = self.end_fleet()
        troubles = self.stats("relay-stats")["feed"]["endpoints"][1]["troubles"]
        self.check(f"the relay says so, too: {troubles}", troubles.get("never acknowledged by the stream", 0) > 0)
        counted = self.stats()["since_start"]["counters"]["node_seconds"] / NODES
        print(f"{counted:.1f} of {len(seconds)} seconds are on the wall, {late():,} reports were lost or too late")
        self.check("nothing is counted twice, and nothing is missing but of the cut", len(seconds) - 60 < counted < len(seconds) - 20)


def main(programs, nights=(FleetGoesOn, FleetCutOff)):
    if not os.path.exists(SERVER):
        print("skipped: nats-server is not installed", file=sys.stderr)
        return 77
    for night in nights:
        status = rehearse(night, programs)
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
