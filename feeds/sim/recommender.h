// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace surgescope::feeds::sim {

/// What a recommender can know of the release's new tracks: at first their plays say nothing of taste, so it
/// follows the trend; once it has learnt enough plays it goes back to collaborative filtering. One value for
/// the mean new track.
class Recommender {
  public:
    struct Step {
        double signalToNoise = 0; // of the plays, as a ratio of powers
        double trendWeight = 0;   // how far recommendations follow the trend, 0 to 1
        bool pivoted = false;     // it went over to the trend in this second
        bool returned = false;    // it went back
    };
    /// `plays`: of each new track per second, on average, machines included; `bots`: their share. What it
    /// knows is refreshed every five minutes by the clock, `sinceRelease` being the second after T-0.
    Step step(double plays, double bots, double sinceRelease);

  private:
    double m_plays = 0;      // of a track, so far
    double m_cleanPower = 0; // sum of plays × (1 - bots)²
    double m_learnt = 0;     // plays known at the last refresh of the embeddings
    double m_mean = 0;       // plays per second, as the trend detector knows them
    bool m_followsTrend = false;
};

/// How much of the audience has put the release into its library and is the less inclined to leave: it goes
/// towards the share of listeners that came for it, all of them if it is to be heard nowhere else and a third
/// otherwise, and does not fall. A rough model, all of it assumed.
class LockIn {
  public:
    /// One second; the share so far.
    double step(double releaseShare, bool exclusive);

  private:
    double m_share = 0;
};

/// Listeners who leave the service for good, per hour, as a share: a usual hazard times e^(2 × the share of
/// requests that failed), times e^0.5 while metadata takes more than 250 ms, and half of that of those who
/// are locked in. A rough model, all of it assumed.
double churnPerHour(double metadataSeconds, double failedShare, double lockedIn = 0);

} // namespace surgescope::feeds::sim
