#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""keys.py PROGRAMS: a publisher that shares no code with the wall, but SECURITY.md and WIRE.md: pyzmq's CURVE. Paired by
surgescope-keys it is heard by the real dashboard; in another's name, for another PoP, without a key, with one that
nobody knows, or revoked, it is not. Ends with 77 when python3-zmq is not there, or has no CURVE."""

import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire

try:
    import zmq
except ImportError:
    print("skipped: python3-zmq is not installed", file=sys.stderr)
    sys.exit(77)
if not zmq.has("curve"):
    print("skipped: this ZeroMQ has no CURVE", file=sys.stderr)
    sys.exit(77)
from endpoints import free_endpoint

US = 1_000_000
PATIENCE = 40  # seconds, for what comes at last


class Speaker:
    """Says one report a second as `name`, of `pop`."""

    def __init__(self, context, endpoint, wall, keys, name="EWR/edge-1", pop="EWR"):
        self.name, self.pop = name, pop
        self.session, self.sequence, self.said = time.time_ns() // 1000, 0, 0
        self.socket = context.socket(zmq.PUB)
        self.socket.linger = 0
        if keys:
            self.socket.curve_publickey, self.socket.curve_secretkey = keys
            self.socket.curve_serverkey = wall
        self.socket.connect(endpoint)

    def say(self):
        now = time.time_ns() // 1000
        if now // US == self.said:  # twice would be refused, too, and what is refused last is looked at
            return
        self.said = now // US
        self.sequence += 1
        head = wire.header(self.name, self.session, self.sequence, now // US * US, now)
        report = wire.pop_report(head, self.pop, 1, 100, 90)
        self.socket.send_multipart([f"pop/{self.pop}".encode(), report])

    def close(self):
        self.socket.close()


class Wall:
    def __init__(self, programs, folder, endpoint):
        self.stats_file = folder + "/stats"
        self.process = subprocess.Popen(
            [programs + "/surgescope", "--bind", endpoint, "--flight-bytes", "0", "--stats", self.stats_file,
             "--key-folder", folder + "/keys"],
            env=dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=folder), stderr=subprocess.DEVNULL)

    def stats(self):
        try:
            lines = open(self.stats_file).read().splitlines()
            return json.loads(lines[-1]) if lines else None
        except (FileNotFoundError, ValueError):
            return None

    def comes_to(self, what, speakers, patience=PATIENCE):
        """Whether `what` is true of the statistics before long, while `speakers` speak."""
        until = time.time() + patience
        while time.time() < until:
            for speaker in speakers:
                speaker.say()
            time.sleep(0.3)
            stats = self.stats()
            if stats and what(stats):
                return True
        print(json.dumps(self.stats()["feed"], indent=1), file=sys.stderr)
        return False


def troubles(stats):
    return " | ".join(text for endpoint in stats["feed"]["endpoints"] for text in endpoint["troubles"])


def main(programs):
    context = zmq.Context()
    failed = 0

    def check(words, good):
        nonlocal failed
        print(("ok: " if good else "FAILED: ") + words, flush=True)
        failed += not good

    with tempfile.TemporaryDirectory() as folder:
        def keys_say(*words):
            return subprocess.run([programs + "/surgescope-keys", "--key-folder", folder + "/keys", *words], check=True,
                                  capture_output=True, text=True).stdout

        wall_key = keys_say("new").strip().encode()
        endpoint = free_endpoint(context, "0.0.0.0")
        agent, thief, stranger = zmq.curve_keypair(), zmq.curve_keypair(), zmq.curve_keypair()
        keys_say("allow", "--", agent[0].decode(), "EWR/edge-1")
        keys_say("allow", "--", thief[0].decode(), "LHR/edge-9")
        wall = Wall(programs, folder, endpoint)
        try:
            def speaker(*keys, **how):
                return Speaker(context, endpoint, wall_key, keys[0] if keys else None, **how)

            good = speaker(agent)
            check("an allowed key is heard", wall.comes_to(lambda s: s["nodes"]["heard"] == 1, [good]))
            bad = [speaker(thief, name="LHR/edge-9", pop="EWR")]
            check("another's PoP is refused, and the thief named",
                  wall.comes_to(lambda s: s["feed"]["last_refusal"].startswith("LHR/edge-9 under the topic 'pop/EWR'"), [good] + bad))
            bad.append(speaker(thief, name="EWR/edge-1", pop="EWR"))
            check("another's name is refused, and the thief named",
                  wall.comes_to(lambda s: "speaks as 'EWR/edge-1'" in s["feed"]["last_refusal"], [good, bad[-1]]))
            bad.append(speaker(stranger, name="SIN/edge-1", pop="SIN"))
            check("a stranger is not let in, and named",
                  wall.comes_to(lambda s: "not in the allow-list" in troubles(s), [good] + bad))
            told = False
            # One that sees first that keys are asked for leaves without a word, and never tries again.
            for _ in range(20):
                if not told:
                    bad.append(speaker(name="SIN/edge-2", pop="SIN"))
                    told = wall.comes_to(lambda s: "without a key" in troubles(s), [good] + bad, patience=2)
            check("who comes without a key is not let in, and told", told)
            stats = wall.stats()
            check("and all that time one node of one PoP counts",
                  stats["nodes"] == {"heard": 1, "expected": 1} and stats["feed"]["publishers"] == 1 and
                  stats["feed"]["lost"] == 0)
            follower = zmq.curve_keypair()
            keys_say("allow", "--", follower[0].decode(), "EWR/edge-1")
            check("the key before is good for another day", "until 20" in next(
                line for line in keys_say("show").splitlines() if agent[0].decode() in line))
            check("and is heard meanwhile", wall.comes_to(lambda s: s["nodes"]["heard"] == 1, [good]))

            def follows(stats):
                return stats["feed"]["restarts"] == 1 and stats["nodes"] == {"heard": 1, "expected": 1}

            heard = False
            # A ZeroMQ socket that is not let in, as the list was not read yet, never tries again.
            for _ in range(8):
                if not heard:
                    good.close()
                    good = speaker(follower)
                    heard = wall.comes_to(follows, [good], patience=5)
            check("the key that follows is heard in its place", heard)
            keys_say("revoke", "EWR/edge-1")
            check("a revoked key counts no more", wall.comes_to(
                lambda s: s["feed"]["last_refusal"].endswith("its key was revoked") and s["nodes"]["heard"] == 0, [good]))
        finally:
            wall.process.kill()
            context.destroy(0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
