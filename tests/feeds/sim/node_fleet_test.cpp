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

TEST_CASE("nodes of a PoP are about as busy as each other, and 1 on average", "[sim]") {
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
    CHECK(histogram.atOrAbove(700) == 0); // bounded loads
    CHECK(static_cast<double>(histogram.atOrAbove(500)) / static_cast<double>(nodes) ==
          Approx(0.5).margin(0.06));
    CHECK(fleet.saturation(pop, 0).count() == nodes);
    CHECK(fleet.saturation(pop, 50).bins.back() == nodes);
}

TEST_CASE("no two nodes of a PoP are alike, and none is the same a minute later", "[sim]") {
    auto fleet = fleetOf(100'000);
    const auto pop = *catalogue.find("LHR");
    PopTotals totals;
    totals[Counter::requests] = 5'000'003;
    totals[Counter::cache_hits] = 4'500'001;
    totals[Counter::cache_misses] = 400'003;
    totals[Counter::connection_seconds] = 3'000'000;
    totals[Distribution::ttfb_hit].record(1'000, 1'000);
    totals[Distribution::ttfb_miss].record(60'000, 1'000);
    NodeState state;
    state.saturation = state.cpu = 0.5;
    const auto at = [&](int second) {
        NodeColumns columns;
        columns.header.intervalEnd = kNow + std::chrono::seconds(second);
        fleet.step(columns.header.intervalEnd, std::vector<double>(catalogue.size()));
        fleet.fill(pop, totals, state, columns);
        return columns;
    };
    const auto columns = at(0);
    const auto later = at(60);
    const auto nodes = columns.nodeCount;
    const auto sum = [&](NodeColumn c) {
        return std::accumulate(columns[c].begin(), columns[c].end(), std::uint64_t{0});
    };
    CHECK(sum(NodeColumn::cache_hits) == 4'500'001);
    CHECK(sum(NodeColumn::cache_misses) == 400'003);
    const auto ofMean = [&](NodeColumn c, double share) { // the node at that share, over the mean
        auto values = columns[c];
        std::ranges::sort(values);
        return values[static_cast<std::size_t>(share * (nodes - 1))] * static_cast<double>(nodes) /
               static_cast<double>(sum(c));
    };
    // Three generations, of which the last does four times as much as the first.
    const double range = ofMean(NodeColumn::requests, 0.99) / ofMean(NodeColumn::requests, 0.01);
    CHECK(range > 3);
    CHECK(range < 6.5);
    // All about equally busy: the spread of CPU is 4 to 12 percent, nobody a third above the mean.
    CHECK(ofMean(NodeColumn::cpu, 0.84) - ofMean(NodeColumn::cpu, 0.16) > 2 * 0.04);
    CHECK(ofMean(NodeColumn::cpu, 0.84) - ofMean(NodeColumn::cpu, 0.16) < 2 * 0.12);
    CHECK(ofMean(NodeColumn::cpu, 1) < 1.33);
    CHECK(ofMean(NodeColumn::memory, 0.99) > 1.15);
    std::size_t limping = 0;
    std::size_t moved = 0;
    double steady = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
        REQUIRE(columns[NodeColumn::cache_hits][n] + columns[NodeColumn::cache_misses][n] <=
                columns[NodeColumn::requests][n]);
        const auto usual = static_cast<std::uint32_t>(ExponentialHistogram::bucketIndex(1'000) + 1);
        if (columns[NodeColumn::ttfb_p50][n] > usual + 10) ++limping;
        if (columns[NodeColumn::cpu][n] != later[NodeColumn::cpu][n]) ++moved;
        steady += std::fabs(
            static_cast<double>(later[NodeColumn::connections][n]) / columns[NodeColumn::connections][n] - 1);
    }
    CHECK(static_cast<double>(limping) / nodes == Approx(0.01).margin(0.01));
    CHECK(static_cast<double>(moved) / nodes > 0.5);
    CHECK(steady / nodes < 0.1); // connections stay where they are
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
