// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/demand.h"
#include "feeds/sim/node_fleet.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

const PopCatalogue& catalogue = PopCatalogue::builtIn();
const FeedSecond kNow = feedSecond(1'795'000'000);

NodeFleet fleetOf(std::uint64_t nodes, double failuresPerYear = 0) {
    NodeFleet fleet(catalogue, audienceShares(catalogue), nodes, 1, failuresPerYear);
    fleet.step(kNow, std::vector<double>(catalogue.size()));
    return fleet;
}

std::size_t upIn(const NodeFleet& fleet) {
    std::size_t up = 0;
    for (std::size_t p = 0; p < catalogue.size(); ++p)
        up += fleet.up(PopIndex(p));
    return up;
}

} // namespace

TEST_CASE("nodes of a PoP are unequal by a quarter, and 1 on average", "[sim]") {
    const auto fleet = fleetOf(100'000);
    const auto pop = *catalogue.find("LHR");
    REQUIRE(fleet.count(pop) > 500);
    double sum = 0;
    std::uint64_t nodes = 0;
    for (std::size_t g = 0; g < kNodeGroups; ++g) {
        sum += fleet.groupFactor(pop, g) * static_cast<double>(fleet.groupNodes(pop, g));
        nodes += fleet.groupNodes(pop, g);
        if (g > 0) CHECK(fleet.groupFactor(pop, g) > fleet.groupFactor(pop, g - 1));
    }
    CHECK(nodes == fleet.count(pop));
    CHECK(sum / static_cast<double>(nodes) == Approx(1).epsilon(1e-4));
    const auto histogram = fleet.saturation(pop, 0.5);
    CHECK(histogram.count() == nodes);
    // Log-normal, sigma 0.25: a node is at twice the mean once in 400.
    CHECK(static_cast<double>(histogram.atOrAbove(1'000)) / static_cast<double>(nodes) < 0.01);
    CHECK(static_cast<double>(histogram.atOrAbove(500)) / static_cast<double>(nodes) ==
          Approx(0.45).margin(0.05));
    CHECK(fleet.saturation(pop, 0).count() == nodes);
    CHECK(fleet.saturation(pop, 50).bins.back() == nodes);
}

TEST_CASE("nodes fail now and then, all of them as often as said", "[sim]") {
    CHECK(upIn(fleetOf(50'000)) == 50'000);
    // 1,000 times a year for five minutes each: 0.95 % of the time.
    const auto fleet = fleetOf(50'000, 1'000);
    CHECK(static_cast<double>(50'000 - upIn(fleet)) == Approx(475).margin(90));
    // The same seed and time decide alike, whatever came before.
    auto later = fleetOf(50'000, 1'000);
    later.step(kNow + std::chrono::hours(1), std::vector<double>(catalogue.size()));
    later.step(kNow, std::vector<double>(catalogue.size()));
    CHECK(upIn(later) == upIn(fleet));
}

TEST_CASE("a failure takes its share of a PoP's nodes and gives them back", "[sim]") {
    auto fleet = fleetOf(50'000);
    const auto pop = *catalogue.find("AMS");
    std::vector<double> down(catalogue.size());
    down[pop.value] = 0.5;
    fleet.step(kNow, down);
    CHECK(static_cast<double>(fleet.up(pop)) ==
          Approx(0.5 * static_cast<double>(fleet.count(pop))).epsilon(0.15));
    CHECK(upIn(fleet) == 50'000 - fleet.count(pop) + fleet.up(pop));
    down[pop.value] = 1;
    fleet.step(kNow, down);
    CHECK(fleet.up(pop) == 0);
    CHECK(fleet.saturation(pop, 0.5).count() == 0);
    fleet.step(kNow, std::vector<double>(catalogue.size()));
    CHECK(fleet.up(pop) == fleet.count(pop));
}

TEST_CASE("nodes that are down are not heard and count for nothing", "[sim]") {
    auto fleet = fleetOf(50'000);
    const auto pop = *catalogue.find("AMS");
    std::vector<double> down(catalogue.size());
    down[pop.value] = 0.5;
    fleet.step(kNow, down);
    PopTotals totals;
    totals[Counter::requests] = 1'000'003;
    totals[Counter::cache_hits] = 900'001;
    NodeState state;
    state.saturation = 0.6;
    for (std::size_t g = 0; g < kNodeGroups; ++g)
        state.groups[g] = {1'000 * (g + 1), 77 * g, 5e5};
    NodeColumns columns;
    columns.header.intervalEnd = kNow;
    fleet.fill(pop, totals, state, columns);
    REQUIRE(columns.nodeCount == fleet.count(pop));
    std::size_t heard = 0;
    for (std::size_t n = 0; n < columns.nodeCount; ++n) {
        if (columns.isHeard(n)) {
            ++heard;
        } else {
            CHECK(columns[NodeColumn::requests][n] == 0);
            CHECK(columns[NodeColumn::saturation][n] == 0);
            CHECK(columns[NodeColumn::inv_applied][n] == 0);
        }
    }
    CHECK(heard == fleet.up(pop));
    const auto sum = [&](NodeColumn c) {
        return std::accumulate(columns[c].begin(), columns[c].end(), std::uint64_t{0});
    };
    CHECK(sum(NodeColumn::requests) == 1'000'003);
    CHECK(sum(NodeColumn::cache_hits) == 900'001);
    CHECK(sum(NodeColumn::inv_applied) == 10'000);
    CHECK(sum(NodeColumn::inv_pending) == 77 * 6);
}

TEST_CASE("most clocks are right, a few are not, and a node's lag shows which", "[sim]") {
    const auto fleet = fleetOf(200'000);
    ExponentialHistogram all;
    for (std::size_t p = 0; p < catalogue.size(); ++p)
        all.merge(fleet.clockOffsets(PopIndex(p)));
    CHECK(all.count() == 200'000);
    CHECK(*all.quantile(0.5) < 1'000);
    CHECK(*all.quantile(0.9995) > 400'000);

    const auto pop = *catalogue.find("LHR");
    PopTotals totals;
    totals[Counter::requests] = 1'000'000;
    NodeState state;
    for (auto& group : state.groups)
        group = {10 * fleet.count(pop), 0, 100'000};
    NodeColumns columns;
    columns.header.intervalEnd = kNow;
    fleet.fill(pop, totals, state, columns);
    auto lags = columns[NodeColumn::inv_lag_max];
    std::ranges::sort(lags);
    CHECK(lags[lags.size() / 2] ==
          static_cast<std::uint32_t>(ExponentialHistogram::bucketIndex(100'000) + 1));
    CHECK(lags.back() > lags[lags.size() / 2]); // its clock is early or late by half a second
}
