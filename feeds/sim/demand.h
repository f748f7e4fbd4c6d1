// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/scenario.h"

#include <vector>

namespace surgescope::feeds::sim {

/// What the audience asks of one PoP in one second. Rates are means; counts are drawn later.
struct PopDemand {
    double listeners = 0;             // sessions playing
    double releaseListeners = 0;      // of those, because of the release
    double apiPerSecond = 0;          // by people
    double pollsPerSecond = 0;        // of those, by people who wait for the release: answered by the edge
    double botsPerSecond = 0;         // by machines, API too
    double audioPerSecond = 0;        // segments
    double releaseAudioPerSecond = 0; // of those, of the new albums
    double egressBitsPerSecond = 0;
};

/// Relative activity at a local hour (0 to 24) of a weekday, mean 1: a trough at 2, peaks in the morning and
/// evening.
double activityAtLocalHour(double hour);

/// App opens per second, all over the world, `t` seconds after the release: a shock from outside that relaxes
/// as a power law.
double opensPerSecond(const Scenario& scenario, double t);

/// The share of the world's audience that lives at each PoP, sum 1.
std::vector<double> audienceShares(const PopCatalogue& catalogue);

/// Listeners and their requests by PoP, second by second.
class Demand {
  public:
    Demand(const PopCatalogue& catalogue, const Scenario& scenario);

    /// Moves on to `second`, which must follow the one before by one.
    void step(FeedSecond second);
    const std::vector<PopDemand>& pops() const { return m_pops; }

    /// What a PoP serves at its own busiest hour with no release: capacity is planned by it.
    PopDemand dailyPeak(PopIndex pop) const;

  private:
    PopDemand demandOf(double listeners, double releaseListeners, double opens, double waiting,
                       double t) const;

    Scenario m_scenario;
    std::vector<double> m_shares;
    std::vector<double> m_utcOffsetHours; // at the scenario's start
    std::vector<double> m_extra;          // listeners because of the release
    std::vector<PopDemand> m_pops;
};

} // namespace surgescope::feeds::sim
