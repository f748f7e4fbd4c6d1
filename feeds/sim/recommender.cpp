// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/recommender.h"

#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kEffectOverNoise = 0.02; // of one play: 2,500 plays say as much as the noise does
constexpr double kPriorPlays = 5'000;   // of empirical Bayes: half the weight is the plays' own from here on
constexpr double kRefreshSeconds = 300; // of the embeddings
constexpr double kTrendSeconds = 60;    // of the trend detector's window
constexpr double kTrendScore = 8;       // standard deviations
constexpr double kUsualChurnPerHour = 2e-5;
constexpr double kKeptIfElsewhere = 1.0 / 3;
constexpr double kLibrarySeconds = 600;
constexpr double kLockedInStay = 0.5;
} // namespace

Recommender::Step Recommender::step(double plays, double bots, double sinceRelease) {
    m_plays += plays;
    m_cleanPower += plays * (1 - bots) * (1 - bots);
    if (std::fmod(sinceRelease, kRefreshSeconds) == 0) m_learnt = m_plays;

    Step step;
    step.signalToNoise = m_cleanPower * kEffectOverNoise * kEffectOverNoise;
    const double weight = m_learnt / (m_learnt + kPriorPlays); // of collaborative filtering
    const double score = (plays - m_mean) * std::sqrt(kTrendSeconds) / std::sqrt(m_mean + 1);
    m_mean += (plays - m_mean) / kTrendSeconds;
    if (!m_followsTrend && weight < 0.5 && score > kTrendScore) {
        m_followsTrend = step.pivoted = true;
    } else if (m_followsTrend && weight >= 0.5) {
        m_followsTrend = false;
        step.returned = true;
    }
    step.trendWeight = m_followsTrend ? 1 - weight : 0;
    return step;
}

double LockIn::step(double releaseShare, bool exclusive) {
    const double target = (exclusive ? 1 : kKeptIfElsewhere) * releaseShare;
    if (target > m_share) m_share += (target - m_share) / kLibrarySeconds;
    return m_share;
}

double churnPerHour(double metadataSeconds, double failedShare, double lockedIn) {
    return kUsualChurnPerHour * (1 - kLockedInStay * lockedIn) *
           std::exp(2.0 * failedShare + (metadataSeconds > 0.25 ? 0.5 : 0.0));
}

} // namespace surgescope::feeds::sim
