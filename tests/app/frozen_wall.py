#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""frozen_wall.py FOLDER: a desk and a wall as programs, and what systemd hears of the wall. Stopped, the wall is silent, and the
desk says which it is; when it goes on, it is back."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 60


def until(what, is_so):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.05)
    sys.exit(f"not within {PATIENCE} s: {what}")


def main(programs, folder):
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=folder, HOME=folder)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    notify.bind(f"{folder}/notify")
    heard = []

    def hear():
        try:
            while True:
                heard.append(notify.recv(100).decode())
        except BlockingIOError:
            return heard

    def start(name, *arguments, **more):
        return subprocess.Popen([f"{programs}/surgescope", "--nodes", "391", "--flight-bytes", "0", "--size", "800x600",
                                 "--stats", f"{folder}/{name}.json", *arguments], env=dict(environment, **more))

    def frozen():
        try:
            with open(f"{folder}/desk.json", encoding="utf-8") as file:
                lines = file.read().splitlines()
            walls = json.loads(lines[-1])["walls_frozen"] if lines else None
            return None if walls is None else [wall["wall"] for wall in walls]
        except (OSError, ValueError):
            return None

    line = f"ipc://{folder}/line"
    running = [start("desk", "--desk", line)]
    try:
        wall = start("wall", "--desk-at", line, NOTIFY_SOCKET=f"{folder}/notify")
        running.append(wall)
        until("ready", hear)
        assert heard[0].split("\n") == ["READY=1", "WATCHDOG=1"], heard
        until("the heart beats", lambda: hear().count("WATCHDOG=1") >= 2)
        until("the desk is there", lambda: frozen() == [])
        name = socket.gethostname()

        wall.send_signal(signal.SIGSTOP)
        hear()
        heard.clear()
        until("the desk says which wall is frozen", lambda: frozen() == [name])
        assert hear() == [], f"a frozen wall says {heard}"

        wall.send_signal(signal.SIGCONT)
        until("the wall is back", lambda: frozen() == [])
        until("its heart beats again", lambda: "WATCHDOG=1" in hear())

        # One that ends is not missed: it has taken leave before it is gone.
        wall.send_signal(signal.SIGTERM)
        assert wall.wait(PATIENCE) == 0
        assert frozen() == [], frozen()
    finally:
        for program in running:
            program.kill()
            program.wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(sys.argv[1], scratch)
