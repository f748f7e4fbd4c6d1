# SPDX-License-Identifier: GPL-3.0-or-later
"""What rehearsals of two sites with a long line between them share: programs with a log each, what a wall says of itself,
and what was to be shown."""

import json
import os
import subprocess
import sys
import tempfile
import time

from link import Link, NoLink

PATIENCE = 60  # seconds, for what comes at last


class Rehearsal:
    """`site` has the fleet, `center` the wall."""

    def __init__(self, programs, folder, link):
        self.programs, self.folder, self.link = programs, folder, link
        self.site, self.center = link.sites
        self.failed = 0
        self.running = []
        self.logs = []

    def check(self, words, good):
        print(("ok: " if good else "FAILED: ") + words, flush=True)
        self.failed += not good
        return good

    def start(self, site, program, *words, log=None):
        """`program`: one of ours, or a path."""
        name = log or program
        if name not in self.logs:
            self.logs.append(name)
        with open(f"{self.folder}/{name}.log", "a") as file:
            process = site.start([program if "/" in program else f"{self.programs}/{program}", *words], stdout=file, stderr=file,
                                 env=dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=self.folder,
                                          XDG_CONFIG_HOME=self.folder))
        self.running.append(process)
        return process

    def launch(self):
        """A scenario in which no node fails by itself: here all of them are to be heard."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../resources/scenarios/triple-drop.toml")) as file:
            text = file.read()
        with open(f"{self.folder}/launch.toml", "w") as file:
            file.write(text + "\n[nodes]\nfailures_per_year = 0\n")
        return f"{self.folder}/launch.toml"

    def kill(self, process):
        process.kill()
        process.wait()
        self.running.remove(process)

    def stats(self, of="wall-stats"):
        try:
            lines = open(f"{self.folder}/{of}").read().splitlines()
            return json.loads(lines[-1]) if lines else None
        except (FileNotFoundError, ValueError):
            return None

    def comes_to(self, what, patience=PATIENCE, of="wall-stats"):
        """How many seconds it took until `what` was true of the wall's statistics; None: it never was."""
        begin = time.monotonic()
        while time.monotonic() < begin + patience:
            time.sleep(0.25)
            stats = self.stats(of)
            if stats and what(stats):
                return time.monotonic() - begin
        stats = self.stats(of) or {}
        print(json.dumps({key: stats.get(key) for key in ("settled", "nodes", "feed")}, indent=1), file=sys.stderr)
        return None

    def end(self):
        for process in self.running:
            process.kill()
            process.wait()
        if self.failed:
            for log in self.logs:
                print(f"--- {log}\n{open(f'{self.folder}/{log}.log').read()[-2000:]}", file=sys.stderr)


def rehearse(kind, programs, delay=0.08, loss=0.01):
    """Runs kind's night() over a line of `delay` seconds each way, of whose packets the share `loss` never comes. The exit
    status: 77 where network namespaces cannot be made."""
    try:
        link = Link(delay, loss)
    except NoLink as missing:
        print(f"skipped: {missing}", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        rehearsal = kind(programs, folder, link)
        try:
            rehearsal.night()
        finally:
            rehearsal.end()
            link.end()
    return 1 if rehearsal.failed else 0
