#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""idle_wall.py PROGRAMS [SECONDS]: what the real dashboard costs while nothing happens: the usual evening of 100,000 nodes,
a second a second, on the overview at 1920x1080 and at 3840x2160."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import trusted_wall


def main(programs, seconds=60):
    for size in ("1920x1080", "3840x2160"):
        trusted_wall.act(f"100,000 nodes, {size}", programs, seconds, ["--size", size],
                         ["--scenario", "standard-rollout", "--nodes", "100000"])


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
