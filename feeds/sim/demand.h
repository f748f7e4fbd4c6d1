// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/scenario.h"

#include <vector>

namespace surgescope::feeds::sim {

constexpr double kSegmentSeconds = 10; // of audio, one object of a cache
constexpr double kTrackSeconds = 190;

/// What people ask of one PoP in one second. Rates are means; counts are drawn later. Everything adds up, and
/// scales when a share of the people is sent elsewhere.
struct PopDemand {
    double listeners = 0;             // sessions playing
    double releaseListeners = 0;      // of those, because of the release
    double waiting = 0;               // people who wait for it and refresh
    double apiPerSecond = 0;          // polls included
    double pollsPerSecond = 0;        // by those who wait: the edge answers them itself
    double audioPerSecond = 0;        // segments
    double releaseAudioPerSecond = 0; // of those, of the new albums
    double egressBitsPerSecond = 0;   // of audio

    PopDemand& operator+=(const PopDemand& other);
    PopDemand operator*(double share) const;
};

/// Relative activity at a local hour (0 to 24): a trough at night, on weekdays peaks in the morning and the
/// evening. The mean of a weekday is 1.
double activityAtLocalHour(double hour, bool weekend = false);

/// App opens per second, all over the world, `t` seconds after the main release, because of all releases:
/// each is a shock from outside that relaxes as a power law.
double opensPerSecond(const Scenario& scenario, double t);
/// People who wait for a release and refresh.
double waitingPeople(const Scenario& scenario, double t);
/// How long a new track is listened to: people skip through a new album at first.
double dwellSeconds(const Scenario& scenario, double t);

/// The share of the world's audience that lives at each PoP, sum 1.
std::vector<double> audienceShares(const PopCatalogue& catalogue);

/// Listeners and their requests by PoP, second by second.
class Demand {
  public:
    Demand(const PopCatalogue& catalogue, const Scenario& scenario);

    /// Moves on to `second`, which must follow the one before by one. `jitter`: s that an app waits on
    /// average, at random, before it opens the release.
    void step(FeedSecond second, double jitter = 0);
    const std::vector<PopDemand>& pops() const { return m_pops; }
    /// API requests of each PoP's people if there were no release.
    const std::vector<double>& usualApi() const { return m_usualApi; }

    /// What a PoP serves at its own busiest hour with no release: capacity is planned by it.
    PopDemand dailyPeak(PopIndex pop) const;

  private:
    struct Place {
        double share;          // of the audience
        double affinity;       // how much more its people care for the release than others
        double utcOffsetHours; // at the scenario's start
        double waitsSeconds;   // from T-0 until the release comes here
        double opening = 0;    // apps that wait before they do
        double listenersForIt = 0;
    };
    PopDemand demandOf(double listeners, double releaseListeners, double opens, double waiting,
                       double t) const;

    Scenario m_scenario;
    std::vector<Place> m_places;
    std::vector<double> m_active;
    std::vector<PopDemand> m_pops;
    std::vector<double> m_usualApi;
};

} // namespace surgescope::feeds::sim
