# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a wall may be bound."""

import zmq


def free_endpoint(context, host="127.0.0.1"):
    probe = context.socket(zmq.SUB)
    probe.bind(f"tcp://{host}:*")
    endpoint = probe.last_endpoint.decode()
    probe.close()
    return endpoint
