// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/partition.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"

#include "tests/support/catch.h"

#include <numeric>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

PopTotals merged(const std::vector<PopTotals>& parts) {
    PopTotals sum;
    for (const auto& part : parts)
        sum.merge(part);
    return sum;
}

} // namespace

TEST_CASE("parts of a PoP's second add up to it exactly", "[sim]") {
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 4'000, 1);
    for (int i = 0; i < 80; ++i)
        simulator.step();
    std::size_t split = 0;
    for (auto& report : simulator.reports()) {
        const auto heard = report.totals[Counter::node_seconds];
        std::vector<std::uint64_t> nodes{0};
        for (std::uint64_t left = heard; left > 0; left -= nodes.back())
            nodes.push_back(std::min<std::uint64_t>(left, 1 + nodes.size() % 3));
        std::vector<PopTotals> parts;
        partition(report.totals, nodes, split, parts);
        REQUIRE(parts.size() == nodes.size());
        CHECK(merged(parts) == report.totals);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            CHECK(parts[p][Counter::node_seconds] == nodes[p]);
            CHECK(parts[p].saturation.count() == nodes[p]);
        }
        ++split;
    }
    CHECK(split == 391);
}

TEST_CASE("each part has what its nodes deserve, give or take what cannot be halved", "[sim]") {
    PopTotals whole;
    whole.setMeasured(FieldSet::all());
    whole[Counter::node_seconds] = 8;
    whole[Counter::requests] = 80'003;
    whole[Counter::bytes_out] = std::uint64_t{1} << 53U;
    whole[Distribution::ttfb_hit].record(700, 8'000);
    whole[Distribution::ttfb_hit].record(0, 9);
    whole.saturation.record(500, 7);
    whole.saturation.record(1'200, 1);
    std::vector<PopTotals> parts;
    const std::vector<std::uint64_t> nodes{1, 2, 5};
    partition(whole, nodes, 7, parts);
    CHECK(merged(parts) == whole);
    for (std::size_t p = 0; p < nodes.size(); ++p) {
        CHECK(static_cast<double>(parts[p][Counter::requests]) ==
              Approx(10'000.0 * static_cast<double>(nodes[p])).margin(3));
        CHECK(parts[p][Distribution::ttfb_hit].max() == 700);
        CHECK(static_cast<double>(parts[p][Distribution::ttfb_hit].count()) ==
              Approx(1'001.0 * static_cast<double>(nodes[p])).margin(3));
    }
    SECTION("of nodes that are all down, what there is goes to the first") {
        whole[Counter::node_seconds] = 0;
        partition(whole, std::vector<std::uint64_t>{0, 0}, 7, parts);
        CHECK(parts.front() == whole);
        CHECK(merged(parts) == whole);
    }
}
