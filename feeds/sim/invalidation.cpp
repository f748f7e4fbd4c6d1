// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/invalidation.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kApplyPerSecond = 2'000; // an idle node; one connection to a real cache took 4,400
constexpr double kSlowdown = 0.8;         // how much of that a node with no CPU left loses
constexpr double kLossySeconds = 120;     // how long a burst keeps the network busy
constexpr double kMissingAtLast = 1e-5;   // share of nodes; they get it in the same round
constexpr std::size_t kMostCohorts = 200; // of a queue; later ones are taken together with the last
} // namespace

double missingAfter(double loss, int rounds) {
    return std::pow(loss, std::exp2(rounds));
}

PurgeFanOut::Step PurgeFanOut::step(double t, double staged) {
    Step step;
    double sinceBurst = t;
    if (t >= 0 && m_scenario.purgeEverySeconds > 0) sinceBurst = std::fmod(t, m_scenario.purgeEverySeconds);
    const bool hasBurst = t >= 0 && m_scenario.purgeBurstPerSecond > 0;
    step.burstBegins = hasBurst && sinceBurst == 0;
    const bool bursts = hasBurst && sinceBurst < m_scenario.purgeBurstSeconds;
    m_waiting += m_scenario.purgesPerSecond + (bursts ? m_scenario.purgeBurstPerSecond : 0);
    step.issued = staged > 0 ? std::min(m_waiting, staged) : m_waiting;
    m_waiting -= step.issued;

    const double loss =
        hasBurst && sinceBurst < kLossySeconds ? m_scenario.purgeLossInBurst : m_scenario.purgeLoss;
    step.come.push_back({step.issued * (1 - loss), 0});
    for (auto& lost : m_lost) {
        const double before = missingAfter(lost.loss, lost.round);
        double after = missingAfter(lost.loss, ++lost.round);
        if (after < kMissingAtLast) after = 0;
        step.come.push_back({lost.keys * (before - after), static_cast<double>(lost.round)});
        step.missing += lost.keys * after;
    }
    std::erase_if(m_lost,
                  [](const Lost& lost) { return missingAfter(lost.loss, lost.round) < kMissingAtLast; });
    if (loss > 0) {
        m_lost.push_back({step.issued, loss, 0});
        step.missing += step.issued * loss;
    }
    return step;
}

const std::vector<ApplyQueue::Applied>& ApplyQueue::step(const std::vector<PurgeArrival>& come, double cpu) {
    for (const auto& arrival : come) {
        if (arrival.keys <= 0) continue;
        m_pending += arrival.keys;
        if (m_cohorts.size() < kMostCohorts) {
            m_cohorts.push_back({arrival.keys, arrival.keys, m_now, arrival.roundsLate});
        } else {
            m_cohorts.back().keys += arrival.keys;
            m_cohorts.back().left += arrival.keys;
        }
    }
    const double rate = kApplyPerSecond * (1 - kSlowdown * std::clamp(cpu, 0.0, 1.0));
    m_applied.clear();
    double done = 0;
    while (!m_cohorts.empty() && done < rate) {
        auto& cohort = m_cohorts.front();
        const double take = std::min(cohort.left, rate - done);
        // Keys come evenly over their second, and are applied one after the other: both at the middle of the
        // slice.
        const double came = cohort.cameAt + (cohort.keys - cohort.left + take / 2) / cohort.keys;
        const double applied = m_now + (done + take / 2) / rate;
        m_applied.push_back({take, std::max(1 / rate, applied - came) + cohort.roundsLate});
        done += take;
        cohort.left -= take;
        if (cohort.left > 1e-9) break;
        m_cohorts.pop_front();
    }
    m_pending = std::max(0.0, m_pending - done);
    if (m_cohorts.empty()) m_pending = 0;
    m_now += 1;
    return m_applied;
}

} // namespace surgescope::feeds::sim
