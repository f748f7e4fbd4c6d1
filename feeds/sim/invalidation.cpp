// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/invalidation.h"

#include <algorithm>

namespace surgescope::feeds::sim {
namespace {
constexpr double kBackgroundPerSecond = 5;
constexpr double kApplyPerSecond =
    2'000;                        // an idle node; a single purge connection to a real cache took 4,400
constexpr double kSlowdown = 0.8; // how much of that a node with no CPU left loses
} // namespace

double invalidationsPerSecond(const Scenario& scenario, double t) {
    const bool burst = t >= 0 && t < scenario.invalidationBurstSeconds;
    return kBackgroundPerSecond + (burst ? scenario.invalidationBurstPerSecond : 0);
}

ApplyQueue::Step ApplyQueue::step(double issued, double cpu) {
    const double rate = kApplyPerSecond * (1 - kSlowdown * std::clamp(cpu, 0.0, 1.0));
    Step step;
    const double before = m_pending;
    step.applied = std::min(m_pending + issued, rate);
    m_pending = m_pending + issued - step.applied;
    step.pending = m_pending;
    step.lagSeconds = 0.5 * (before + m_pending) / rate;
    return step;
}

} // namespace surgescope::feeds::sim
