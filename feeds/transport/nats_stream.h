// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace surgescope::feeds {

/// What the stream of a NATS cluster keeps of telemetry, the oldest of which goes first.
struct NatsStream {
    int replicas = 1; // servers that have it: 1, or 3 so that one may fail
    std::chrono::seconds keep{26 * 3'600};
    std::uint64_t keepBytes = std::uint64_t{8} << 30U; // at each of these servers
};

} // namespace surgescope::feeds
