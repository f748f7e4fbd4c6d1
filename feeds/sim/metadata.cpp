// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/metadata.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kPathSeconds = 0.030;
constexpr double kServiceSeconds = 0.010;
constexpr double kServers = 32;
constexpr double kMostQueueSeconds = 0.45; // older requests are shed
constexpr double kScaleAfterSeconds = 120;
constexpr double kScalePerSecond = 0.005;
constexpr double kMostScale = 4;
} // namespace

MetadataService::Step MetadataService::step(double requestsPerSecond) {
    const double capacity = m_capacity * m_scale;
    const double busy = requestsPerSecond / capacity;
    m_busySeconds = busy > 0.8 ? m_busySeconds + 1 : std::max(0.0, m_busySeconds - 1);
    if (m_busySeconds > kScaleAfterSeconds) m_scale = std::min(kMostScale, m_scale * (1 + kScalePerSecond));

    m_queue = std::max(0.0, m_queue + requestsPerSecond - capacity);
    Step step;
    const double most = kMostQueueSeconds * capacity;
    if (m_queue > most) {
        step.shedShare = requestsPerSecond > 0 ? std::min(1.0, (m_queue - most) / requestsPerSecond) : 0;
        m_queue = most;
    }
    // Sakasegawa's M/M/c wait below saturation, the queue beyond it.
    const double rho = std::min(busy, 0.98);
    const double wait =
        kServiceSeconds * std::pow(rho, std::sqrt(2 * (kServers + 1)) - 1) / (kServers * (1 - rho));
    step.latencySeconds = kPathSeconds + kServiceSeconds + wait + m_queue / capacity;
    return step;
}

} // namespace surgescope::feeds::sim
