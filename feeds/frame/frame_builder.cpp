// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/frame_builder.h"

#include "feeds/frame/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace surgescope::feeds {
namespace {

/// The newest totals a place has that are not newer than what is shown.
const PopTotals* newestTotals(const Rollup& rollup, FeedSecond settled, bool& stale) {
    stale = false;
    if (const auto* totals = rollup.totals(settled)) return totals;
    stale = true;
    for (int back = 0; back < Rollup::kOpenSeconds; ++back) {
        const auto second = rollup.newest() - std::chrono::seconds(back);
        if (second > settled) continue;
        if (const auto* totals = rollup.totals(second)) return totals;
    }
    return nullptr;
}

std::vector<EventMark> eventMarks(const FleetState& state) {
    std::vector<EventMark> marks;
    constexpr std::size_t kMost = 200;
    const auto& events = state.events();
    for (std::size_t i = events.size() > kMost ? events.size() - kMost : 0; i < events.size(); ++i)
        marks.push_back({events[i].header.intervalEnd, std::string(nameOf(events[i].kind)), events[i].text});
    return marks;
}

NodeDetail nodeDetail(const Place& place, SteadyTime now) {
    NodeDetail detail;
    detail.pop = place.code;
    detail.nodesExpected = place.nodes.size();
    detail.nodesHeard = place.nodes.heard(now);
    std::uint32_t highest = 0;
    std::uint32_t lag = 0;
    for (const auto& [publisher, block] : place.nodes.blocks()) {
        for (std::size_t i = 0; i < detail.nodesByLevel.size(); ++i)
            detail.nodesByLevel[i] += block.byLevel[i];
        lag = std::max(lag, block.lagMax);
        const auto& saturation = block.columns[static_cast<std::size_t>(NodeColumn::saturation)];
        if (saturation.empty() || (!detail.hottestNode.empty() && saturation[block.hottest] <= highest))
            continue;
        highest = saturation[block.hottest];
        detail.hottestNode = block.names[block.hottest];
    }
    const auto quality = detail.nodesHeard < detail.nodesExpected ? Quality::partial : Quality::measured;
    if (!detail.hottestNode.empty()) detail.hottestSaturation = {highest / 200.0, quality};
    if (lag > 0) // column value v is bucket v - 1, whose upper bound is the lower bound of bucket v
        detail.worstLagUs = {ExponentialHistogram::lowerBound(static_cast<int>(lag)), quality};
    return detail;
}

} // namespace

struct FrameBuilder::TimeParts {
    TimeAxis chartAxis;
    std::vector<RegionSeries> regions;
    WorldSeries world;
    HeatGrid heat;
};

std::shared_ptr<const Frame> FrameBuilder::build(FleetState& state, const ViewRequest& request,
                                                 FeedHealth health, SteadyTime now) {
    state.settle(now);
    auto frame = std::make_shared<Frame>();
    frame->epoch = state.epoch();
    frame->serial = ++m_serial;
    frame->settled = state.settled();
    if (const auto& global = state.global()) {
        frame->mode = global->rehearsal ? FeedMode::rehearsal : FeedMode::live;
        frame->scenario = global->scenario;
        frame->listeners = static_cast<double>(global->listeners);
        if (global->releaseAtUs > 0)
            frame->releaseAt = feedSecond(static_cast<std::int64_t>(global->releaseAtUs / 1'000'000U));
    }
    frame->sinceStart = state.sinceStart();
    frame->events = eventMarks(state);

    for (const auto& [code, place] : state.places()) {
        PopFrame pop;
        pop.code = code;
        pop.place = place->pop;
        pop.freshness = freshness(place->lastHeard, now);
        const bool retired = place->nodes.everHadRoster() && place->nodes.size() == 0;
        if (retired && pop.freshness >= Freshness::stale)
            continue; // everybody said farewell: nothing is missing
        if (place->lastHeard) pop.ageSeconds = secondsBetween(*place->lastHeard, now);
        bool stale = false;
        const auto* totals = frame->settled ? newestTotals(place->rollup, *frame->settled, stale) : nullptr;
        stale = stale || pop.freshness >= Freshness::stale;
        pop.summary = summarise(totals, place->expectedNodes(), stale);
        if (pop.freshness <= Freshness::late && totals) health.nodesHeard += (*totals)[Counter::node_seconds];
        health.nodesExpected += pop.summary.nodesExpected;
        frame->pops.push_back(std::move(pop));
    }
    if (frame->settled) // when nobody reports any more, what is shown is the past
        frame->world = summarise(state.world().totals(*frame->settled), state.expectedNodes(),
                                 freshness(state.lastReport(), now) >= Freshness::stale);
    frame->world.nodesExpected = state.expectedNodes();
    if (request.selectedPop) {
        const auto found = state.places().find(*request.selectedPop);
        if (found != state.places().end() && found->second->nodes.hasColumns())
            frame->nodes = nodeDetail(*found->second, now);
    }

    const Key key{frame->settled, frame->epoch, request, state.expectedNodes()};
    if (!m_timeParts || key != m_key) {
        auto parts = std::make_shared<TimeParts>();
        if (frame->settled) {
            const auto chart = columnsOf(state.world(), *frame->settled, request.range, request.chartColumns);
            parts->chartAxis = chart.axis;
            for (std::size_t r = 0; r < state.regions().size(); ++r) {
                const auto& rollup = state.regions()[r];
                if (rollup.empty()) continue;
                const auto& codes = state.catalogue().regions();
                RegionSeries series{r < codes.size() ? codes[r] : "unplaced", {}, {}};
                series.requestsPerSecond = meanSeries(rollup, chart, &RollupPoint::requestsPerSecond);
                series.egressBitsPerSecond = meanSeries(rollup, chart, &RollupPoint::egressBitsPerSecond);
                parts->regions.push_back(std::move(series));
            }
            auto& w = parts->world;
            w.requestsPerSecond = meanSeries(state.world(), chart, &RollupPoint::requestsPerSecond);
            w.metadataP50Us = worstSeries(state.world(), chart, &RollupPoint::metadataP50Us);
            w.metadataP95Us = worstSeries(state.world(), chart, &RollupPoint::metadataP95Us);
            w.metadataP99Us = worstSeries(state.world(), chart, &RollupPoint::metadataP99Us);
            w.lagP99Us = worstSeries(state.world(), chart, &RollupPoint::lagP99Us);
            w.saturation = meanSeries(state.world(), chart, &RollupPoint::saturation);
            w.coverage = meanSeries(state.world(), chart, &RollupPoint::coverage);
            parts->heat = heatGrid(state, *frame->settled, request);
        }
        m_timeParts = std::move(parts);
        m_key = key;
    }
    frame->chartAxis = m_timeParts->chartAxis;
    frame->regions = m_timeParts->regions;
    frame->worldSeries = m_timeParts->world;
    frame->heat = m_timeParts->heat;
    frame->health = std::move(health);
    return frame;
}

} // namespace surgescope::feeds
