// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/invalidation.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgescope::feeds::sim {
namespace {
constexpr double kApplyPerSecond = 2'000; // an idle node; one connection to a real cache took 4,400
constexpr double kSlowdown = 0.8;         // how much of that a node with no CPU left loses
constexpr double kLossySeconds = 120;     // how long a burst keeps the network busy
constexpr double kMissingAtLast = 1e-5;   // share of nodes; they get it in the same round
constexpr double kBurstJitter = 0.2;      // of the time between bursts, at most
constexpr double kBurstSigma = 0.25;      // of their sizes, log-normal
constexpr double kStuckShare = 0.015;     // of the seconds of a PoP
constexpr double kMostStuckSeconds = 65;  // log-uniform from one second on
constexpr std::size_t kMostCohorts = 200; // of a queue; later ones are taken together with the last
} // namespace

double missingAfter(double loss, int rounds) {
    return std::pow(loss, std::exp2(rounds));
}

PurgeFanOut::Burst PurgeFanOut::burstAt(double t) const {
    if (t < 0 || m_scenario.purgeBurstPerSecond <= 0) return {};
    const double every = m_scenario.purgeEverySeconds;
    if (every <= 0 || t < every) return {t, 1};
    // The one of this period may not have begun yet: then it is still the one before.
    for (double number = std::floor(t / every); number > 0; --number) {
        const auto draw = hash(m_seed, number);
        const double since = std::floor(t - every * (number + kBurstJitter * uniform(draw)));
        if (since >= 0) return {since, std::exp(kBurstSigma * normal(mix(draw)))};
    }
    return {t, 1};
}

PurgeFanOut::Step PurgeFanOut::step(double t, double staged) {
    Step step;
    const auto burst = burstAt(t);
    const bool bursts = burst.since >= 0 && burst.since < m_scenario.purgeBurstSeconds;
    const double burstPerSecond = bursts ? burst.size * m_scenario.purgeBurstPerSecond : 0;
    if (burst.since == 0) step.burstKeys = burstPerSecond * m_scenario.purgeBurstSeconds;
    step.issued = m_scenario.purgesPerSecond + burstPerSecond;
    bool isLossy = burst.since >= 0 && burst.since < kLossySeconds;
    for (const auto& other : m_scenario.purgeBursts) {
        const double since = t - other.at;
        if (since >= 0 && since < 1) step.burstKeys += other.keysPerSecond * other.seconds;
        if (since >= 0 && since < other.seconds) step.issued += other.keysPerSecond;
        isLossy = isLossy || (since >= 0 && since < kLossySeconds);
    }
    const double loss = isLossy ? m_scenario.purgeLossInBurst : m_scenario.purgeLoss;
    const auto lose = [&](Lost& lost) {
        const double before = missingAfter(lost.loss, lost.round);
        double after = missingAfter(lost.loss, ++lost.round);
        if (after < kMissingAtLast) after = 0;
        step.come.push_back({lost.keys * (before - after), lost.late + lost.round});
        step.missing += lost.keys * after;
        return after == 0;
    };
    std::erase_if(m_lost, lose);

    m_held.push_back({step.issued, t});
    double may = staged > 0 ? staged : std::numeric_limits<double>::infinity();
    while (!m_held.empty() && may > 0) {
        auto& held = m_held.front();
        const double keys = std::min(held.keys, may);
        const double late = t - held.at;
        step.come.push_back({keys * (1 - loss), late});
        if (loss > 0) m_lost.push_back({keys, late, loss, 0});
        step.missing += keys * loss;
        may -= keys;
        held.keys -= keys;
        if (held.keys <= 0) m_held.pop_front();
    }
    for (const auto& held : m_held)
        step.missing += held.keys;
    return step;
}

void StuckRelays::step(std::vector<PurgeArrival>& come, std::uint64_t draw) {
    m_now += 1;
    if (uniform(draw) < kStuckShare) {
        const double until = m_now + std::pow(kMostStuckSeconds, uniform(mix(draw)));
        for (const auto& arrival : come)
            m_stuck.push_back({{arrival.keys, arrival.late - m_now}, until});
        come.clear();
    }
    std::erase_if(m_stuck, [&](const Stuck& stuck) {
        if (stuck.until > m_now) return false;
        come.push_back({stuck.arrival.keys, stuck.arrival.late + m_now});
        return true;
    });
    m_keys = 0;
    for (const auto& stuck : m_stuck)
        m_keys += stuck.arrival.keys;
}

const std::vector<ApplyQueue::Applied>& ApplyQueue::step(const std::vector<PurgeArrival>& come, double cpu) {
    for (const auto& arrival : come) {
        if (arrival.keys <= 0) continue;
        m_pending += arrival.keys;
        if (m_cohorts.size() < kMostCohorts) {
            m_cohorts.push_back({arrival.keys, arrival.keys, m_now, arrival.late});
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
        m_applied.push_back({take, std::max(1 / rate, applied - came) + cohort.late});
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
