// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/frame_builder.h"

#include "feeds/frame/comparable.h"
#include "feeds/frame/reduce.h"
#include "feeds/frame/time_to_full.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::seconds kSecond{1};
constexpr std::size_t kMostMissing = 5; // named in the drill-down
constexpr std::size_t kMostParts = 7;   // of a region's stack: more colours cannot be told apart

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

/// When somebody last said that a release is live; for feeds whose T-0 nobody announces.
NodeDetail nodeDetail(const Place& place, SteadyTime now) {
    NodeDetail detail;
    detail.pop = place.code;
    detail.nodesExpected = place.expectedNodes();
    detail.nodesHeard = place.nodes.heard(now);
    detail.nodesMissing = place.missingNodes();
    for (const auto& name : place.nodes.neverListed()) {
        if (detail.missing.size() == kMostMissing) break;
        detail.missing.push_back(name);
    }
    std::uint32_t highest = 0;
    std::uint32_t lag = 0;
    for (const auto& [publisher, block] : place.nodes.blocks()) {
        if (block.owned == 0) continue; // they have moved
        for (std::size_t i = 0; i < detail.nodesByLevel.size(); ++i)
            detail.nodesByLevel[i] += block.byLevel[i];
        lag = std::max(lag, block.lagMax);
        const auto& saturation = block.columns[static_cast<std::size_t>(NodeColumn::saturation)];
        if (saturation.empty() || (!detail.hottestNode.empty() && saturation[block.hottest] <= highest))
            continue;
        highest = saturation[block.hottest];
        detail.hottestNode = std::string(block.names[block.hottest]);
    }
    const auto quality = detail.nodesHeard < detail.nodesExpected ? Quality::partial : Quality::measured;
    if (!detail.hottestNode.empty()) detail.hottestSaturation = {highest / 200.0, quality};
    if (lag > 0) // column value v is bucket v - 1, whose upper bound is the lower bound of bucket v
        detail.worstLagUs = {ExponentialHistogram::lowerBound(static_cast<int>(lag)), quality};
    return detail;
}

/// What is shown of the selection in the settled second; `frame` has the PoPs and the world already.
Summary summaryOf(const FleetState& state, const Selection& selection, const Frame& frame, bool silent) {
    if (selection.isWorld()) return frame.world;
    if (selection.isPop()) {
        const auto pop = std::ranges::find(frame.pops, selection.code, &PopFrame::code);
        return pop == frame.pops.end() ? Summary{} : pop->summary;
    }
    const auto* rollup = rollupOf(state, selection);
    const auto region =
        RegionIndex(static_cast<std::size_t>(std::ranges::find(state.catalogue().regions(), selection.code) -
                                             state.catalogue().regions().begin()));
    return summarise(frame.settled ? rollup->totals(*frame.settled) : nullptr, state.expectedNodes(region),
                     silent);
}

} // namespace

struct FrameBuilder::TimeParts {
    TimeAxis chartAxis;
    Series series;
    std::vector<PartSeries> parts;
    std::optional<BaselineFrame> baseline;
    HeatGrid heat;
    LagGrid lag;
};

std::shared_ptr<const Frame> FrameBuilder::build(FleetState& state, const ViewRequest& request,
                                                 const Baseline* baseline, FeedHealth health,
                                                 SteadyTime now) {
    state.settle(now);
    auto frame = std::make_shared<Frame>();
    frame->epoch = state.epoch();
    frame->serial = ++m_serial;
    frame->settled = state.settled();
    if (const auto& global = state.global()) {
        if (global->rehearsal) frame->mode = FeedMode::rehearsal;
        frame->scenario = global->scenario;
        if (global->listenersRecord > 0)
            frame->listenersRecord = static_cast<double>(global->listenersRecord);
    }
    frame->isSentAgain = state.judge().publishers().isReplay(now);
    frame->releaseAt = request.releaseAt ? request.releaseAt : state.releaseAt();
    frame->sinceStart = state.sinceStart();
    frame->events = eventMarks(state);

    for (const auto& [code, place] : state.places()) {
        PopFrame pop;
        pop.code = code;
        pop.place = place->pop;
        const auto& regions = state.catalogue().regions();
        pop.region = place->region.value < regions.size() ? regions[place->region.value] : "unplaced";
        pop.freshness = freshness(place->lastHeard, now);
        if (place->hasLeft() && pop.freshness >= Freshness::stale) continue;
        if (place->lastHeard) pop.ageSeconds = secondsBetween(*place->lastHeard, now);
        bool stale = false;
        const auto* totals = frame->settled ? newestTotals(place->rollup, *frame->settled, stale) : nullptr;
        stale = stale || pop.freshness >= Freshness::stale;
        pop.summary = summarise(totals, place->expectedNodes(), stale);
        if (pop.freshness <= Freshness::late && totals) health.nodesHeard += (*totals)[Counter::node_seconds];
        health.nodesExpected += pop.summary.nodesExpected;
        if (frame->settled && !stale) pop.secondsToFull = secondsToFull(place->rollup, *frame->settled);
        frame->pops.push_back(std::move(pop));
    }
    // When nobody reports any more, what is shown is the past.
    const bool silent = freshness(state.lastReport(), now) >= Freshness::stale;
    if (frame->settled)
        frame->world = summarise(state.world().totals(*frame->settled), state.expectedNodes(), silent);
    frame->world.nodesExpected = state.expectedNodes();
    if (const auto& announced = state.announced())
        for (const auto& [measure, value] : announced->values)
            if (value)
                frame->world[measure] = {*value, frame->settled && !silent &&
                                                         announced->holds(*frame->settled, kSecond)
                                                     ? Quality::measured
                                                     : Quality::stale};
    frame->selection = request.selection;
    frame->summary = summaryOf(state, request.selection, *frame, silent);
    if (request.selection.isPop()) {
        const auto found = state.places().find(request.selection.code);
        if (found != state.places().end() &&
            (found->second->nodes.hasColumns() || found->second->missingNodes() > 0))
            frame->nodes = nodeDetail(*found->second, now);
    }

    const Key key{frame->settled, frame->epoch, request, state.expectedNodes(), frame->releaseAt, baseline};
    if (!m_timeParts || key != m_key) {
        auto parts = std::make_shared<TimeParts>();
        if (frame->settled) {
            const auto chart = columnsOf(*frame->settled, request, request.chartColumns);
            parts->chartAxis = chart.axis;
            parts->parts = partsOf(state, request.selection, chart, kMostParts);
            if (const auto* rollup = rollupOf(state, request.selection))
                parts->series = seriesOf(*rollup, chart);
            const bool fits = baseline && baseline->fits(frame->mode == FeedMode::rehearsal);
            if (fits && frame->releaseAt)
                parts->baseline =
                    baselineOf(*baseline, *frame->releaseAt, *frame->settled, request.selection, chart);
            if (parts->baseline && isOfAnotherEdge(*baseline, state, *frame->releaseAt, *frame->settled))
                keepComparable(*parts->baseline);
            parts->heat = heatGrid(state, *frame->settled, request);
            parts->lag = lagGrid(state, *frame->settled, request);
        }
        m_timeParts = std::move(parts);
        m_key = key;
    }
    frame->chartAxis = m_timeParts->chartAxis;
    frame->series = m_timeParts->series;
    frame->parts = m_timeParts->parts;
    frame->baseline = m_timeParts->baseline;
    frame->heat = m_timeParts->heat;
    frame->lag = m_timeParts->lag;
    frame->health = std::move(health);
    return frame;
}

} // namespace surgescope::feeds
