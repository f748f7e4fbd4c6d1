// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/spill_arcs.h"

#include "tests/support/catch.h"

#include <random>

using namespace surgescope::widgets;

TEST_CASE("what spilled over goes to the nearest that took any, until it is placed") {
    const std::vector<SpillSite> sites{
        {0, 50, 1000, 300, 0},  // spilled 300
        {5, 50, 1000, 0, 200},  // near, took 200
        {30, 50, 1000, 0, 500}, // farther
        {2, 50, 1000, 0, 0},    // nearest, but took nothing
    };
    const auto arcs = estimateSpill(sites);
    REQUIRE(arcs.size() == 2);
    CHECK((arcs[0].from == 0 && arcs[0].to == 1));
    CHECK(arcs[0].perSecond == Approx(200));
    CHECK(arcs[0].share == Approx(200.0 / 1300));
    CHECK((arcs[1].from == 0 && arcs[1].to == 2));
    CHECK(arcs[1].perSecond == Approx(100));
}

TEST_CASE("distances are those on the globe, across the 180th meridian") {
    const std::vector<SpillSite> sites{{179, 0, 100, 50, 0}, {150, 0, 100, 0, 50}, {-170, 0, 100, 0, 50}};
    const auto arcs = estimateSpill(sites);
    REQUIRE(arcs.size() == 1);
    CHECK(arcs[0].to == 2);
}

TEST_CASE("little is not worth an arc, and a PoP that is down still has one") {
    CHECK(estimateSpill(std::vector<SpillSite>{{0, 0, 1000, 10, 0}, {1, 0, 1000, 0, 10}}).empty());
    const auto arcs = estimateSpill(std::vector<SpillSite>{{0, 0, 0, 10, 0}, {1, 0, 1000, 0, 10}});
    REQUIRE(arcs.size() == 1);
    CHECK(arcs[0].share == Approx(1));
    // Nobody says where it went: no arc is invented.
    CHECK(estimateSpill(std::vector<SpillSite>{{0, 0, 100, 50, 0}, {1, 0, 100, 0, 0}}).empty());
    CHECK(estimateSpill(std::vector<SpillSite>{{0, 0, 100, 50, 50}}).empty()); // not to itself
    CHECK(estimateSpill({}).empty());
}

TEST_CASE("there are never too many arcs, the largest are kept, and none gives more than it has") {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> longitude(-180, 180), latitude(-60, 70), amount(0, 1000);
    std::vector<SpillSite> sites;
    for (int i = 0; i < 400; ++i)
        sites.push_back({longitude(random), latitude(random), 2000, i % 2 ? amount(random) : 0,
                         i % 2 ? 0 : amount(random)});
    const auto all = estimateSpill(sites, 100'000), few = estimateSpill(sites);
    CHECK(all.size() > kMostArcs);
    REQUIRE(few.size() == kMostArcs);
    CHECK(few.back().perSecond >= all[kMostArcs].perSecond);
    std::vector<double> out(sites.size()), in(sites.size());
    for (const SpillArc& arc : all) {
        out[arc.from] += arc.perSecond;
        in[arc.to] += arc.perSecond;
    }
    for (std::size_t i = 0; i < sites.size(); ++i) {
        CHECK(out[i] <= sites[i].spilledOut + 1e-6);
        CHECK(in[i] <= sites[i].spilledIn + 1e-6);
    }
}
