// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/observation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kUnplaced = "unplaced";

std::string_view regionCode(const PopCatalogue& catalogue, std::size_t region) {
    const auto& codes = catalogue.regions();
    return region < codes.size() ? std::string_view(codes[region]) : kUnplaced;
}

std::optional<double> baselineOf(const Baseline& baseline, FeedSecond second, FeedSecond release,
                                 Measure measure, std::string_view region) {
    const auto& state = baseline.state;
    const auto& codes = state.catalogue().regions();
    const auto* rollup = &state.world();
    if (!region.empty()) {
        const auto found = std::ranges::find(codes, region);
        if (found == codes.end()) return std::nullopt;
        rollup = &state.regions()[static_cast<std::size_t>(found - codes.begin())];
    }
    const auto* point = rollup->pointAt(baseline.timeOf(second, release));
    if (!point || std::isnan((*point)[measure])) return std::nullopt;
    return static_cast<double>((*point)[measure]);
}

} // namespace

ObservedSecond Observation::of(const FleetState& state, FeedSecond second, const Now& now) {
    const auto& catalogue = state.catalogue();
    m_pops.clear();
    for (const auto& [code, place] : state.places()) {
        const auto* totals = place->rollup.totals(second);
        if (totals && (*totals)[Counter::node_seconds] > 0) m_heardAt[code] = second;
        if (place->hasLeft() && !totals) continue;
        const auto heard = m_heardAt.find(code);
        m_pops.push_back({.code = code,
                          .region = regionCode(catalogue, place->region.value),
                          .totals = totals,
                          .nodesExpected = static_cast<double>(place->expectedNodes()),
                          .ageSeconds = heard == m_heardAt.end() ? std::nullopt
                                                                 : std::optional(static_cast<double>(
                                                                       (second - heard->second).count()))});
    }
    m_regions.clear();
    for (std::size_t r = 0; r < state.regions().size(); ++r) {
        const auto code = regionCode(catalogue, r);
        m_regions.push_back({.code = code,
                             .name = catalogue.regionName(code),
                             .totals = state.regions()[r].totals(second),
                             .nodesExpected = static_cast<double>(state.expectedNodes(RegionIndex(r)))});
    }
    m_publishers.clear();
    state.judge().publishers().forEachClock([&](std::string_view name, std::optional<double> offset) {
        m_publishers.push_back({name, offset});
    });
    std::ranges::sort(m_publishers, {}, &ObservedPublisher::name);
    ObservedSecond observed;
    observed.second = second;
    observed.releaseAt = now.releaseAt;
    observed.world.totals = state.world().totals(second);
    observed.world.nodesExpected = static_cast<double>(state.expectedNodes());
    observed.regions = m_regions;
    observed.pops = m_pops;
    observed.publishers = m_publishers;
    observed.feedAgeSeconds = now.feedAgeSeconds;
    observed.recorderDropped = now.recorderDropped;
    if (now.baseline && now.releaseAt)
        observed.baseline = [baseline = now.baseline, second,
                             release = *now.releaseAt](Measure measure, std::string_view region) {
            return baselineOf(*baseline, second, release, measure, region);
        };
    return observed;
}

} // namespace surgescope::feeds
