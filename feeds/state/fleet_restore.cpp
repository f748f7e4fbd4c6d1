// SPDX-License-Identifier: GPL-3.0-or-later
// What a recording keeps beside the messages, put back where a seek looks: charts and sums of what lies
// before.
#include "feeds/state/fleet_state.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

/// Before a region's code in the names of places.
constexpr std::string_view kRegionPrefix = "region/";

/// Of a rollup, the seconds that are in it; of one which does not tell, all.
std::uint64_t observedOf(const FleetRollup::Pop& pop, seconds width) {
    const auto all = (std::uint64_t{1} << width.count()) - 1; // of a minute at most
    return pop.observed == 0 && pop.totals[Counter::node_seconds] > 0 ? all : pop.observed & all;
}

seconds countOf(std::uint64_t observed) {
    return seconds(std::popcount(observed));
}

} // namespace

Rollup* FleetState::rollupOf(const std::string& name, SteadyTime now) {
    if (name == "world") return &m_sums.world();
    if (name.starts_with(kRegionPrefix)) {
        const auto& regions = m_catalogue.regions();
        const auto code = name.substr(kRegionPrefix.size());
        const auto found = std::ranges::find(regions, code);
        if (found == regions.end() && code != "unplaced") return &m_otherEdges;
        return &m_sums
                    .regions()[static_cast<std::size_t>(found - regions.begin())]; // behind the end: unplaced
    }
    if (!isPopCode(name)) return nullptr;
    Place* place = placeFor(name, now);
    return place ? &place->rollup : nullptr;
}

std::optional<Refused> FleetState::apply(const Points& message, Arrival arrival) {
    const auto now = arrival.now;
    const auto refusal = [&] {
        return Refused{Refusal::value, topicOf(message) + ": no charts of that place and step are kept"};
    };
    if (m_pointPlaces != message.places) { // thousands follow each other with the same places
        m_pointRollups.clear();
        m_pointPlaces.clear();
        for (std::size_t at = 0; at < message.places.size();) {
            const auto end = std::min(message.places.find(' ', at), message.places.size());
            Rollup* rollup = rollupOf(message.places.substr(at, end - at), now);
            if (!rollup) return refusal();
            m_pointRollups.push_back(rollup);
            at = end + 1;
        }
        if (m_pointRollups.size() != message.count()) return refusal();
        m_pointPlaces = message.places;
    }
    auto point = RollupPoint::none();
    for (std::size_t i = 0; i < m_pointRollups.size(); ++i) {
        const auto columns = m_pointRollups[i]->isWide() ? kChartedCount : kChartedEverywhere;
        for (std::size_t column = 0; column < columns; ++column)
            point.all[column] = message.at(column, i);
        if (!m_pointRollups[i]->restore(message.width, message.end, point)) return refusal();
    }
    const auto withLag = message.lagBins.size() / LagBins::kCount;
    for (std::size_t i = 0; i < withLag; ++i) {
        LagBins bins;
        std::ranges::copy_n(message.lagBins.begin() + static_cast<std::ptrdiff_t>(i * LagBins::kCount),
                            LagBins::kCount, bins.counts.begin());
        m_pointRollups[m_pointRollups.size() - withLag + i]->restoreLag(message.width, message.end, bins);
    }
    return std::nullopt;
}

std::optional<Refused> FleetState::apply(const FleetRollup& message, Arrival arrival) {
    const auto now = arrival.now;
    std::vector<PopTotals> regions(m_sums.regions().size());
    PopTotals world;
    std::uint64_t expected = 0;
    std::vector<std::uint64_t> expectedIn(regions.size(), 0);
    std::uint64_t observed = 0;
    std::vector<std::uint64_t> observedIn(regions.size(), 0);
    for (const auto& pop : message.pops) {
        Place* place = placeFor(pop.pop, now);
        if (!place) return Refused{Refusal::full, "rollup: more PoPs than are kept"};
        const auto its = observedOf(pop, message.width);
        place->rollup.restore(message.width, message.end, pop.totals, countOf(its), pop.expectedNodes);
        regions[place->region.value].merge(pop.totals);
        expectedIn[place->region.value] += pop.expectedNodes;
        observedIn[place->region.value] |= its;
        world.merge(pop.totals);
        expected += pop.expectedNodes;
        observed |= its;
    }
    for (std::size_t r = 0; r < regions.size(); ++r)
        if (regions[r][Counter::node_seconds] > 0)
            m_sums.regions()[r].restore(message.width, message.end, regions[r], countOf(observedIn[r]),
                                        expectedIn[r]);
    m_sums.world().restore(message.width, message.end, world, countOf(observed), expected);

    for (const auto& pop : message.silent) {
        Place* place = placeFor(pop.pop, now);
        if (!place || (!place->rollup.empty() && pop.end <= place->rollup.newest())) continue;
        place->rollup.restoreNewest(pop.end, pop.totals, pop.expectedNodes);
        place->reportsOf(pop.end) = 1;
        place->lastReport = now - (message.end - pop.end);
        if (pop.totals[Counter::node_seconds] > 0) place->lastHeard = place->lastReport;
    }
    m_sinceStart = message.sinceStart;
    m_settled = message.end; // reports that follow are added up from here on
    m_restored = {message.end, arrival.stamp};
    return std::nullopt;
}

bool FleetState::isRestored(FeedSecond second, WallTime arrived) const {
    // The first clock that is heard has nobody to be compared with: what it says of its time is not enough.
    return m_restored && (second <= m_restored->end || arrived <= m_restored->shown - kShownWithin);
}

} // namespace surgescope::feeds
