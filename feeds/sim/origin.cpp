// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/origin.h"

namespace surgescope::feeds::sim {
namespace {
constexpr double kServiceSeconds = 0.025; // object storage
constexpr double kServers = 64;
constexpr double kMostBacklogSeconds = 2; // then it answers 503
constexpr double kTimeoutSeconds = 3;     // before a shield gives up on one that cannot be reached
} // namespace

Origin::Origin(double fetchesAtPeak, double headroom)
    : m_capacity(fetchesAtPeak * headroom), m_queue(kMostBacklogSeconds) {}

Origin::Step Origin::step(double fetchesPerSecond, bool reachable) {
    if (!reachable) {
        m_queue.step(0); // what had come before is answered meanwhile
        return {kTimeoutSeconds, 1};
    }
    const double busy = fetchesPerSecond / m_capacity;
    const auto queue = m_queue.step(busy);
    return {kServiceSeconds * (1 + waitOverService(busy, kServers)) + queue.backlogSeconds, queue.refused};
}

} // namespace surgescope::feeds::sim
