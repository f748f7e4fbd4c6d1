// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/metadata.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kPathSeconds = 0.030;
constexpr double kLookupSeconds = 0.010;
constexpr double kMetadataServers = 32;
constexpr double kMostQueueSeconds = 0.45; // older requests are shed
constexpr double kOverloaded = 0.8;        // busy, as autoscaling sees it
constexpr double kLeverSeconds = 15;       // until a lever's new instances serve
} // namespace

MetadataService::MetadataService(double planned, const Scenario& scenario, double patience)
    : m_planned(planned), m_budget(scenario.retryBudget), m_timeoutSeconds(scenario.retryTimeoutSeconds),
      m_autoscaleAfter(scenario.autoscaleAfterSeconds), m_autoscalePerSecond(scenario.autoscalePerSecond),
      m_autoscaleMost(scenario.autoscaleMost), m_queue(patience * kMostQueueSeconds) {}

MetadataService::Step MetadataService::step(double fresh, double clients, double scale) {
    m_pushed += (std::max(1.0, scale) - m_pushed) * -std::expm1(-1 / kLeverSeconds);
    const double capacity = m_planned * std::max(m_scale, m_pushed);

    Step step;
    step.retries = m_attempts[0] + m_attempts[1];
    const double came = fresh + step.retries;
    const double busy = came / capacity;
    m_busySeconds = busy > kOverloaded ? m_busySeconds + 1 : std::max(0.0, m_busySeconds - 1);
    if (m_busySeconds > m_autoscaleAfter)
        m_scale = std::min(m_autoscaleMost, m_scale * (1 + m_autoscalePerSecond));

    const auto queue = m_queue.step(busy);
    step.shedShare = queue.refused;
    step.latencySeconds =
        kPathSeconds + kLookupSeconds * (1 + waitOverService(busy, kMetadataServers)) + queue.backlogSeconds;

    // A client asks three times at most, and never more often than its budget allows.
    const double failed = step.latencySeconds > m_timeoutSeconds ? 1 : step.shedShare;
    m_attempts = {failed * fresh, failed * m_attempts[0]};
    const double wanted = m_attempts[0] + m_attempts[1];
    if (const double allowed = m_budget * clients; wanted > allowed)
        for (auto& attempts : m_attempts)
            attempts *= allowed / wanted;
    return step;
}

} // namespace surgescope::feeds::sim
