// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/cold_fill.h"

#include <array>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr int kTracksPerAlbum = 18;
constexpr double kSegmentsPerTrack = 22;
constexpr std::array<double, 4> kRenditions{0.45, 0.30, 0.15, 0.10};
constexpr double kZipf = 0.8; // over tracks (Breslau et al., INFOCOM 1999, give 0.64 to 0.83 for web caches)
} // namespace

ColdFill::ColdFill(const Scenario& scenario) : m_coldShare(1 - scenario.prewarmed) {
    const int tracks = scenario.albums * kTracksPerAlbum;
    double sum = 0;
    for (int i = 1; i <= tracks; ++i)
        sum += std::pow(i, -kZipf);
    for (int i = 1; i <= tracks; ++i)
        for (const double rendition : kRenditions)
            m_objects.push_back(
                {std::pow(i, -kZipf) / sum * rendition / kSegmentsPerTrack, kSegmentsPerTrack});
    for (const auto& objects : m_objects)
        m_total += objects.number;
}

ColdFill::Step ColdFill::step(double requests, double fetchSeconds) {
    Step step;
    if (requests <= 0) return step;
    for (const auto& objects : m_objects) {
        const double misses = m_coldShare * objects.number * std::exp(-m_asked * objects.share) *
                              -std::expm1(-requests * objects.share);
        step.misses += misses;
        step.delayedHits += misses * requests * objects.share * fetchSeconds;
    }
    step.misses = std::fmin(step.misses, requests);
    step.delayedHits = std::fmin(step.delayedHits, requests - step.misses);
    m_asked += requests;
    return step;
}

double ColdFill::warm() const {
    double cold = 0;
    for (const auto& objects : m_objects)
        cold += objects.number * std::exp(-m_asked * objects.share);
    return 1 - m_coldShare * cold / m_total;
}

} // namespace surgescope::feeds::sim
