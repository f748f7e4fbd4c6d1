# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of telemetry.proto as bytes, written from WIRE.md and the protobuf encoding alone."""


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def fixed64(field, value):
    return varint(field << 3 | 1) + (value % 2**64).to_bytes(8, "little") if value else b""


def block(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def header(publisher, session, sequence, end_us, sent_us, schema=1):
    return (number(1, schema) + block(2, publisher.encode()) + fixed64(3, session) + number(4, sequence)
            + fixed64(5, end_us) + number(6, 1000) + fixed64(7, sent_us))


# Bit i of the masks stands for field i + 10: node_seconds, requests, cache_hits, cache_misses.
MEASURED = 0b1111


def pop_report(head, pop, node_seconds, requests, hits):
    totals = (fixed64(1, MEASURED) + fixed64(2, MEASURED) + number(10, node_seconds) + number(11, requests)
              + number(12, hits) + number(13, requests - hits))
    return block(1, head) + block(2, pop.encode()) + block(3, totals)


def roster(head, pop, names):
    out = block(1, head) + block(2, pop.encode()) + number(3, 1)
    out += b"".join(block(4, name.encode()) for name in names)
    if names:
        zeros = bytes(len(names))
        out += block(5, zeros) + block(6, zeros) + block(7, b"python 3")
        out += block(8, varint(MEASURED) * len(names)) + block(9, zeros)
    return out
