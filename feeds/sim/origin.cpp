// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/origin.h"

namespace surgescope::feeds::sim {
namespace {
constexpr double kFetchSeconds = 0.025; // object storage
constexpr double kOriginServers = 64;
constexpr double kOriginBacklogSeconds = 2; // then it answers 503
constexpr double kTimeoutSeconds = 2;       // before a shield gives up on a fetch
constexpr double kSickAfterSeconds = 5;     // of failing, before shields only probe
} // namespace

Origin::Origin(double fetchesPerSecond) : m_capacity(fetchesPerSecond), m_queue(kOriginBacklogSeconds) {}

Origin::Step Origin::step(double fetchesPerSecond, bool reachable) {
    if (!reachable) {
        m_queue.step(0); // what had come before is answered meanwhile
        const bool sick = ++m_unreachable > kSickAfterSeconds;
        return {sick ? 0 : kTimeoutSeconds, 1, !sick};
    }
    m_unreachable = 0;
    const double busy = fetchesPerSecond / m_capacity;
    const auto queue = m_queue.step(busy);
    return {kFetchSeconds * (1 + waitOverService(busy, kOriginServers)) + queue.backlogSeconds,
            queue.refused};
}

} // namespace surgescope::feeds::sim
