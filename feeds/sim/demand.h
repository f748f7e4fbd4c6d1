// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/fluctuation.h"
#include "feeds/sim/scenario.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace surgescope::feeds::sim {

constexpr std::size_t kOpenSeconds = 5; // an app that is opened asks for things for so long
constexpr double kSegmentSeconds = 10;  // of audio, one object of a cache
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

/// How a place's day differs from the usual one.
struct Habits {
    double hoursLater = 0;
    double morning = 1; // size of its peak
    double evening = 1;
};

/// Relative activity at a local hour (0 to 24): a trough at night, on weekdays peaks in the morning and the
/// evening. The mean of a usual weekday is 1.
double activityAtLocalHour(double hour, bool weekend = false, const Habits& habits = {});

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
    /// `seed`: how demand goes up and down. Habits belong to a place and not to a seed.
    Demand(const PopCatalogue& catalogue, const Scenario& scenario, std::uint64_t seed);

    /// Moves on to `second`, which must follow the one before by one. `jitter`: s that an app waits on
    /// average, at random, before it opens the release.
    void step(FeedSecond second, double jitter = 0);
    const std::vector<PopDemand>& pops() const { return m_pops; }
    /// API requests of each PoP's people if there were no release.
    const std::vector<double>& usualApi() const { return m_usualApi; }

    /// What a PoP serves at its own busiest hour with no release, in all but a twentieth of the seconds:
    /// capacity is planned by it.
    PopDemand dailyPeak(PopIndex pop) const;

  private:
    struct Place {
        double share;          // of the audience
        double affinity;       // to the release
        double utcOffsetHours; // at the scenario's start
        double waitsSeconds;   // from T-0 until the release comes here
        Habits habits;
        double mean;                               // activity over a weekday
        double sigma;                              // of each of its fluctuations
        std::array<double, kOpenSeconds> opened{}; // apps, in the last seconds
        double opening = 0;                        // apps that wait before they do
        double listenersForIt = 0;
    };
    PopDemand demandOf(double listeners, double releaseListeners, double opens, double waiting,
                       double t) const;
    double activity(const Place& place, FeedSecond second) const;
    /// What the app that is opened asks for in this second: it asks for several more.
    static double opensFelt(Place& place, double opens, std::uint64_t draw);

    Scenario m_scenario;
    std::uint64_t m_seed;
    std::vector<Place> m_places;
    std::vector<double> m_active;
    std::vector<double> m_fans;                      // activity by affinity to the release
    Fluctuation m_day, m_slow, m_minutes, m_seconds; // of everything
    Fluctuation m_release;
    std::vector<PopDemand> m_pops;
    std::vector<double> m_usualApi;
    bool m_started = false;
};

} // namespace surgescope::feeds::sim
