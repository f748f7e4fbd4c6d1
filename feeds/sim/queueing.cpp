// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/queueing.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {

double waitOverService(double busy, double servers) {
    constexpr double kMostBusy = 0.99; // beyond that the fluid queue tells the wait
    busy = std::clamp(busy, 0.0, kMostBusy);
    return std::pow(busy, std::sqrt(2 * (servers + 1)) - 1) / (servers * (1 - busy));
}

FluidQueue::Step FluidQueue::step(double busy) {
    m_backlog = std::max(0.0, m_backlog + busy - 1);
    Step step;
    if (m_backlog > m_most) {
        step.refused = std::min(1.0, (m_backlog - m_most) / busy);
        m_backlog = m_most;
    }
    step.backlogSeconds = m_backlog;
    return step;
}

} // namespace surgescope::feeds::sim
