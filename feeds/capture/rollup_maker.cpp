// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/rollup_maker.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

bool isMultiple(FeedSecond second, seconds width) {
    return unixSeconds(second) % width.count() == 0;
}

FeedSecond nextMultiple(FeedSecond second, seconds width) {
    const auto w = width.count();
    return feedSecond((unixSeconds(second) + w - 1) / w * w);
}

} // namespace

void RollupMaker::settled(const FleetState& state, Sink& sink) {
    if (!state.settled()) return;
    const auto settled = *state.settled();
    if (state.epoch() != m_epoch) {
        m_epoch = state.epoch();
        m_next = settled;
        m_nextSlot = nextMultiple(settled, kWidth);
        m_sinceStart.clear();
    }
    // Feed time may leap, after a silence of everybody: what nobody reported needs no points.
    if (const auto first = settled - kLate - seconds(Rollup::kOpenSeconds); m_next < first) {
        for (; m_nextSlot < m_next + kLateSlots + kWidth; m_nextSlot += kWidth) // what was open then
            giveRollup(state, m_nextSlot, sink);
        m_next = first;
        m_nextSlot = std::max(m_nextSlot, nextMultiple(m_next, kWidth));
    }
    for (; m_next <= settled - kLate; m_next += seconds(1))
        givePoints(state, seconds(1), m_next, sink);
    for (; m_nextSlot <= settled - kLateSlots; m_nextSlot += kWidth) {
        giveRollup(state, m_nextSlot, sink);
        for (const auto width : {seconds(10), seconds(60)})
            if (isMultiple(m_nextSlot, width)) givePoints(state, width, m_nextSlot, sink);
    }
}

void RollupMaker::finish(const FleetState& state, Sink& sink) {
    if (!state.settled()) return;
    settled(state, sink);
    auto newest = *state.settled();
    for (const auto& [code, place] : state.places())
        if (!place->rollup.empty()) newest = std::max(newest, place->rollup.newest());
    for (; m_nextSlot < newest + kWidth; m_nextSlot += kWidth)
        giveRollup(state, m_nextSlot, sink);
}

void RollupMaker::giveRollup(const FleetState& state, FeedSecond end, Sink& sink) {
    m_rollup.end = end;
    m_rollup.width = kWidth;
    m_rollup.pops.clear();
    m_rollup.silent.clear();
    for (const auto& [code, place] : state.places()) {
        FleetRollup::Pop pop;
        if (!place->rollup.mergeSlotInto(end, pop.totals)) continue;
        pop.pop = code;
        pop.end = end;
        pop.expectedNodes = place->expectedNodes();
        for (int back = 0; back < kWidth.count(); ++back) {
            const auto point = place->rollup.rings()[0].at(end - seconds(back));
            if (point && point.hasData()) pop.observed |= std::uint64_t{1} << back;
        }
        m_sinceStart.merge(pop.totals);
        m_rollup.pops.push_back(std::move(pop));
    }
    if (m_rollup.pops.empty()) return; // feed time has leapt over it
    for (const auto& [code, place] : state.places()) {
        if (place->rollup.empty() || place->rollup.newest() > end) continue;
        const auto newest = place->rollup.newest();
        if (const auto* totals = place->rollup.totals(newest))
            m_rollup.silent.push_back({code, newest, place->expectedNodes(), *totals});
    }
    m_rollup.sinceStart = m_sinceStart;
    sink.take(m_rollup);
}

void RollupMaker::givePoints(const FleetState& state, seconds width, FeedSecond end, Sink& sink) {
    m_points.end = end;
    m_points.width = width;
    m_points.places.clear();
    m_points.lagBins.clear();
    for (auto& column : m_points.columns.all)
        column.clear();
    const auto add = [&](const std::string& name, const Rollup& rollup) {
        const auto& ring = *std::ranges::find(rollup.rings(), width, &RollupRing::step);
        const auto found = ring.at(end);
        const auto p = found ? found.copy() : RollupPoint::none();
        for (std::size_t column = 0; column < (rollup.isWide() ? kChartedCount : kChartedEverywhere);
             ++column)
            m_points.columns.all[column].push_back(p.all[column]);
        if (rollup.isWide()) {
            const auto* lag = ring.lagAt(end);
            const LagBins bins = lag ? *lag : LagBins{};
            m_points.lagBins.insert(m_points.lagBins.end(), bins.counts.begin(), bins.counts.end());
        }
        if (!m_points.places.empty()) m_points.places += ' ';
        m_points.places += name;
    };
    // Every place, also those without a point: the same places each time cost next to nothing to store.
    for (const auto& [code, place] : state.places())
        add(code, place->rollup);
    const auto& codes = state.catalogue().regions();
    for (std::size_t r = 0; r < state.regions().size(); ++r)
        add("region/" + (r < codes.size() ? codes[r] : "unplaced"), state.regions()[r]);
    add("world", state.world());
    sink.take(m_points);
}

} // namespace surgescope::feeds
