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
    const auto point = rollup->pointAt(baseline.timeOf(second, release));
    if (!point || std::isnan(point[measure])) return std::nullopt;
    return static_cast<double>(point[measure]);
}

/// The newest second up to this one in which a node was measured, of those that are open: who reports late is
/// not silent.
std::optional<FeedSecond> lastHeardOpen(const Rollup& rollup, FeedSecond until) {
    for (auto back = std::chrono::seconds(0); back < std::chrono::seconds(Rollup::kOpenSeconds); ++back)
        if (const auto* totals = rollup.totals(until - back); totals && (*totals)[Counter::node_seconds] > 0)
            return until - back;
    return std::nullopt;
}

/// The newest second up to this one of which the place's charts know: after a seek whoever looks has not been
/// there when it was heard.
std::optional<FeedSecond> lastHeardIn(const Rollup& rollup, FeedSecond until) {
    const auto& ring = rollup.rings().front();
    for (auto back = std::chrono::seconds(0); back < ring.length(); back += ring.step())
        if (const auto point = ring.at(until - back); point && point.hasData()) return until - back;
    return std::nullopt;
}

} // namespace

ObservedSecond Observation::of(const FleetState& state, FeedSecond second, const Now& now) {
    const auto& catalogue = state.catalogue();
    m_pops.clear();
    for (const auto& [code, place] : state.places()) {
        const auto* totals = place->rollup.totals(second);
        const auto [entry, isNew] = m_heardAt.try_emplace(code);
        auto& heardAt = entry->second;
        if (const auto open = lastHeardOpen(place->rollup, second))
            heardAt = std::max(heardAt.value_or(*open), *open);
        else if (isNew)
            heardAt = lastHeardIn(place->rollup, second);
        if (place->hasLeft() && !totals) continue;
        const auto age = [&](FeedSecond at) { return static_cast<double>((second - at).count()); };
        m_pops.push_back({.code = code,
                          .region = regionCode(catalogue, place->region.value),
                          .totals = totals,
                          .nodesExpected = static_cast<double>(place->expectedNodes()),
                          .ageSeconds = heardAt ? std::optional(age(*heardAt)) : std::nullopt});
    }
    if (m_heardAt.size() > state.places().size()) // some were forgotten
        std::erase_if(m_heardAt, [&](const auto& known) { return !state.places().contains(known.first); });
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
