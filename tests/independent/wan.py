#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""wan.py PROGRAMS: two sites with a line of 80 ms each way between them that loses one packet in a hundred. In one a fleet
and its relay, in the other the wall, with keys. The line is cut and comes back; the relay is killed and comes back. What the
wall has counted in the end is what the fleet did. Ends with 77 where network namespaces cannot be made."""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rehearsal import Rehearsal, rehearse

NODES, PUBLISHERS = 1_500, 30
CUT = 14  # seconds


class WithKeys(Rehearsal):
    def __init__(self, programs, folder, link):
        super().__init__(programs, folder, link)
        self.endpoint = f"tcp://{self.center.address}:5556"

    def keys(self, of, *words):
        return subprocess.run([self.programs + "/surgescope-keys", "--key-folder", f"{self.folder}/{of}", *words], check=True,
                              capture_output=True, text=True).stdout.strip()

    def pair(self):
        wall = self.keys("wall", "new")
        relay = self.keys("relay", "new")
        self.keys("relay", "pair", "--", wall)
        self.keys("wall", "allow", "--relay", "--global", "--event", "--publish", "*", "--", relay, "site/relay")

    def start_relay(self):
        return self.start(self.site, "surgescope-relay", "--name", "site/relay", "--bind", "tcp://127.0.0.1:5555", "--connect",
                          self.endpoint, "--key-folder", self.folder + "/relay", "--state", self.folder + "/rosters",
                          "--stats", self.folder + "/relay-stats")

    def night(self):
        whole = lambda stats: stats["nodes"]["heard"] == stats["nodes"]["expected"] == NODES
        self.pair()
        self.start(self.center, "surgescope", "--bind", self.endpoint, "--key-folder", self.folder + "/wall", "--stats",
                   self.folder + "/wall-stats", "--flight-bytes", "0")
        relay = self.start_relay()
        self.check("the relay is let in", self.comes_to(lambda stats: stats["feed"]["endpoints"][0]["peers"] == 1))
        time.sleep(2)  # until the wall's wishes are there
        fleet = self.start(self.site, "surgescope-sim", "--scenario", self.launch(), "--connect", "tcp://127.0.0.1:5555",
                           "--nodes", str(NODES), "--publishers", str(PUBLISHERS),
                           "--expect", self.folder + "/expected")
        self.check("all nodes are heard", self.comes_to(whole))

        time.sleep(10)
        stats = self.stats()
        self.check("nothing is lost", stats["feed"]["lost"] == 0 and not stats["feed"]["refused"])

        self.link.cut()
        took = self.comes_to(lambda stats: stats["nodes"]["heard"] == 0, CUT)
        self.check(f"a cut is told after {took:.1f} s" if took else "a cut is told", took is not None and took < 8)
        time.sleep(max(0, CUT - (took or 0)))
        self.link.mend()
        took = self.comes_to(whole)
        self.check(f"mended, all are back after {took:.1f} s" if took else "mended, all are back", took is not None)
        self.check("and what waited came too: nothing is lost",
                   self.comes_to(lambda stats: stats["feed"]["lost"] == 0 and whole(stats), 5) is not None)

        time.sleep(3)
        self.kill(relay)
        time.sleep(2)
        self.start_relay()
        took = self.comes_to(lambda stats: whole(stats) and stats["feed"]["restarts"] > 0)
        self.check(f"the relay killed and back: all are heard again after {took:.1f} s" if took else "the relay is back",
                   took is not None)

        time.sleep(5)
        fleet.terminate()
        fleet.wait()
        time.sleep(3)
        expected = json.load(open(self.folder + "/expected"))
        counted = self.stats()["since_start"]["counters"]
        missing = expected["node_seconds"] - counted["node_seconds"]
        print(f"{counted['requests']:,} of {expected['requests']:,} requests, {missing:,} node seconds missing; "
              f"{self.link.carried:,} packets carried, {self.link.lost:,} lost")
        # While the relay was dead nobody heard the fleet; nothing else is missing, and nothing is counted twice.
        self.check("what is missing is what nobody heard while the relay was dead", 0 <= missing <= 12 * NODES)
        self.check("requests are those of the seconds heard",
                   abs(counted["requests"] / expected["requests"] - counted["node_seconds"] / expected["node_seconds"]) < 0.02)


if __name__ == "__main__":
    sys.exit(rehearse(WithKeys, *sys.argv[1:]))
