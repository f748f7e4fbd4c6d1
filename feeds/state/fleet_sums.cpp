// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/fleet_sums.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace surgescope::feeds {
namespace {
/// Seconds that wait; more only come from clocks that run far ahead, and the farthest are left out.
constexpr std::size_t kMaxWaiting = 4 * Rollup::kOpenSeconds;
} // namespace

FleetSums::FleetSums(std::size_t regions) : m_regions(regions), m_expected(regions, 0) {
    for (auto& region : m_regions)
        region.keepWide();
    m_world.keepWide();
}

void FleetSums::Sums::clear(std::size_t regions) {
    totals.resize(regions);
    for (auto& region : totals)
        region.clear();
    any.assign(regions, false);
}

void FleetSums::Sums::add(RegionIndex region, const PopTotals& more) {
    totals[region.value].merge(more);
    any[region.value] = true;
}

void FleetSums::countExpectedNodes(const Places& places) {
    m_worldExpected = 0;
    std::ranges::fill(m_expected, 0U);
    for (const auto& [code, place] : places) {
        const auto expected = place->expectedNodes();
        m_expected[place->region.value] += expected;
        m_worldExpected += expected;
    }
}

FleetSums::Sums& FleetSums::sumsOf(FeedSecond second) {
    const auto found = m_waiting.find(second);
    if (found != m_waiting.end()) return found->second;
    Sums sums;
    if (!m_spare.empty()) {
        sums = std::move(m_spare.back());
        m_spare.pop_back();
    }
    sums.clear(m_regions.size());
    return m_waiting.emplace(second, std::move(sums)).first->second;
}

void FleetSums::add(FeedSecond second, RegionIndex region, const PopTotals& report) {
    sumsOf(second).add(region, report);
    if (m_waiting.size() > kMaxWaiting) m_waiting.erase(std::prev(m_waiting.end()));
}

void FleetSums::settle(FeedSecond settled, const Places& places) {
    while (!m_waiting.empty() && m_waiting.begin()->first <= settled) {
        auto waiting = m_waiting.extract(m_waiting.begin());
        const auto second = waiting.key();
        auto& sums = waiting.mapped();
        if (second > settled - std::chrono::seconds(Rollup::kOpenSeconds)) {
            if (m_forgottenUpTo && second <= *m_forgottenUpTo) remake(second, places, sums);
            takeIn(second, sums);
        }
        m_spare.push_back(std::move(sums));
    }
}

void FleetSums::forgotten(FeedSecond newest) {
    m_forgottenUpTo = std::max(m_forgottenUpTo.value_or(newest), newest);
    for (int back = 0; back < Rollup::kOpenSeconds; ++back)
        sumsOf(newest - std::chrono::seconds(back));
    while (m_waiting.size() > kMaxWaiting)
        m_waiting.erase(std::prev(m_waiting.end()));
}

void FleetSums::remake(FeedSecond second, const Places& places, Sums& sums) {
    const auto empty = [second](Rollup& rollup, std::uint64_t expectedNodes) {
        if (rollup.totals(second)) rollup.open(second, expectedNodes)->clear();
    };
    for (std::size_t r = 0; r < m_regions.size(); ++r)
        empty(m_regions[r], m_expected[r]);
    empty(m_world, m_worldExpected);
    sums.clear(m_regions.size());
    for (const auto& [code, place] : places)
        if (const auto* totals = place->rollup.totals(second)) sums.add(place->region, *totals);
}

void FleetSums::takeIn(FeedSecond second, const Sums& sums) {
    for (std::size_t r = 0; r < m_regions.size(); ++r) {
        if (sums.any[r]) {
            if (PopTotals* world = m_world.open(second, m_worldExpected)) world->merge(sums.totals[r]);
            if (PopTotals* region = m_regions[r].open(second, m_expected[r])) region->merge(sums.totals[r]);
        }
        m_regions[r].settle(second, m_expected[r]);
    }
    m_world.settle(second, m_worldExpected);
}

void FleetSums::clear() {
    for (auto& region : m_regions)
        region.clear();
    m_world.clear();
}

void FleetSums::clearWaiting() {
    m_waiting.clear();
    m_forgottenUpTo.reset();
}

} // namespace surgescope::feeds
