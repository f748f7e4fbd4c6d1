// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/cold_fill.h"

#include "feeds/sim/demand.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr int kSegmentsPerTrack = 22;
constexpr std::array<double, 4> kRenditions{0.45, 0.30, 0.15, 0.10};
constexpr double kZipf = 0.8; // over tracks
constexpr double kPushSeconds = 20;
constexpr double kWarmEnough = 1e-9;
} // namespace

ColdFill::ColdFill(const Popularity& objects, double cold) {
    for (const auto& group : objects.groups)
        m_groups.push_back({group.objects, group.share, cold});
    m_objects = objects.objects();
}

ColdFill::Step ColdFill::step(double requests, double fetchSeconds, const Source& source) {
    Step step;
    if (requests <= 0) return step;
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        auto& group = m_groups[g];
        if (group.cold < kWarmEnough) continue;
        const double each = requests * group.share;
        const double coldObjects = group.objects * group.cold;
        // Of what is cold here, the shield lacks so much.
        const double lacking =
            source.shield ? source.direct + (1 - source.direct) *
                                                std::min(1.0, source.shield->m_groups[g].cold / group.cold)
                          : 1;
        const double found = std::exp(-each);
        const double stayCold = source.failing > 0
                                    ? lacking * std::exp(-each * (1 - source.failing)) + (1 - lacking) * found
                                    : found;
        const double fetches = coldObjects * (1 - stayCold);
        step.fetches += fetches;
        step.delayedHits += std::min(fetches * each * fetchSeconds, coldObjects * each - fetches);
        step.failed += coldObjects * each * lacking * source.failing;
        group.cold *= stayCold;
    }
    step.delayedHits = std::max(0.0, step.delayedHits);
    return step;
}

double ColdFill::push(double cold) {
    double pushed = 0;
    for (auto& group : m_groups) {
        if (group.cold <= cold) continue;
        const double share = (group.cold - cold) * -std::expm1(-1 / kPushSeconds);
        group.cold -= share;
        pushed += share * group.objects;
    }
    return pushed;
}

void ColdFill::invalidate(double share) {
    for (auto& group : m_groups)
        group.cold += (1 - group.cold) * std::clamp(share, 0.0, 1.0);
}

double ColdFill::warm() const {
    double cold = 0;
    for (const auto& group : m_groups)
        cold += group.objects * group.cold;
    return 1 - cold / m_objects;
}

Popularity releaseSegments(const Scenario& scenario) {
    const int tracks = static_cast<int>(scenario.allAlbums() * scenario.tracksPerAlbum);
    const double dwell = dwellSeconds(scenario, 0);
    std::vector<Popularity::Group> objects;
    for (int track = 1; track <= tracks; ++track)
        for (int segment = 0; segment < kSegmentsPerTrack; ++segment)
            for (const double rendition : kRenditions)
                objects.push_back(
                    {1, std::pow(track, -kZipf) * std::exp(-segment * kSegmentSeconds / dwell) * rendition});
    return Popularity::grouped(objects, 4);
}

} // namespace surgescope::feeds::sim
