// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/frame_builder.h"
#include "feeds/frame/reduce.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct Feed {
    TestClock clock;
    FleetState state{PopCatalogue::builtIn()};
    FrameBuilder builder;
    ViewRequest request;
    std::map<std::string, std::uint64_t> sequences;

    void report(PopReport report) {
        report.header.sequence = ++sequences[report.pop];
        const auto refused = state.apply(report, clock.steady());
        if (refused) FAIL(refused->text);
    }
    /// Reports of PoPs named after their publisher, one a second, from `first` to `last` after kStart.
    template <class Change>
    void run(const std::vector<std::string>& pops, int first, int last, Change change) {
        for (int s = first; s <= last; ++s) {
            clock.advance(seconds(1));
            for (const auto& pop : pops) {
                auto message = popReport({.publisher = pop, .pop = pop, .second = kStart + s});
                change(message, s);
                report(message);
            }
            state.settle(clock.steady());
        }
    }
    std::shared_ptr<const Frame> frame() { return builder.build(state, request, {}, clock.steady()); }
};

const PopFrame& popOf(const Frame& frame, const std::string& code) {
    for (const auto& pop : frame.pops)
        if (pop.code == code) return pop;
    FAIL("no " + code);
    std::abort();
}

} // namespace

TEST_CASE("before the first report a frame holds no numbers", "[frame]") {
    Feed feed;
    const auto frame = feed.frame();
    CHECK_FALSE(frame->settled.has_value());
    CHECK(frame->world.requestsPerSecond.quality == Quality::noData);
    CHECK(frame->pops.empty());
    CHECK(frame->chartAxis.columns == 0);
}

TEST_CASE("a frame's numbers are of the settled second", "[frame]") {
    Feed feed;
    feed.run({"LHR", "EWR"}, 0, 2, [](PopReport& r, int s) {
        r.totals[Counter::requests] = static_cast<std::uint64_t>(100 * (s + 1));
        r.totals[Distribution::invalidation_lag].record(5'000, 100);
    });
    const auto frame = feed.frame();
    CHECK(*frame->settled == feedSecond(kStart + 2));
    CHECK(frame->world.requestsPerSecond == Reading{600, Quality::measured});
    CHECK(frame->world.hitRatio.value == Approx(0.9));
    CHECK(frame->world.saturation.value == Approx(0.5));
    CHECK(frame->world.lagP99Us.value == Approx(5'000).epsilon(0.1));
    CHECK(frame->world.egressBitsPerSecond.value == 2 * 100'000 * 8);
    CHECK(frame->world.metadataP95Us.quality == Quality::noData); // nothing happened, yet it is measured
    CHECK(frame->sinceStart[Counter::requests] == 1'200);
    REQUIRE(frame->regions.size() == 2);
    CHECK(frame->regions[0].region == "EU");
}

TEST_CASE("not measured, no data, partial and stale are told apart", "[frame]") {
    Feed feed;
    REQUIRE_FALSE(feed.state.apply(roster({.publisher = "LHR", .nodes = 2}), feed.clock.steady()));
    feed.run({"LHR", "EWR"}, 0, 1, [](PopReport& r, int) {
        FieldSet fields;
        fields.add(Counter::requests);
        if (r.pop == "EWR") fields.add(Counter::waf_blocked);
        r.totals.setMeasured(fields);
    });
    auto frame = feed.frame();
    const auto& lhr = popOf(*frame, "LHR").summary;
    CHECK(lhr.requestsPerSecond.quality == Quality::partial); // one of two nodes
    CHECK(lhr.wafBlockedPerSecond.quality == Quality::notMeasured);
    CHECK(lhr.ttfbMissP95Us.quality == Quality::notMeasured);
    const auto& ewr = popOf(*frame, "EWR").summary;
    CHECK(ewr.requestsPerSecond.quality == Quality::measured);
    CHECK(ewr.wafBlockedPerSecond == Reading{0, Quality::measured});
    CHECK(frame->world.wafBlockedPerSecond.quality == Quality::partial); // LHR does not measure it

    feed.run({"LHR"}, 2, 6, [](PopReport&, int) {});
    frame = feed.frame();
    CHECK(popOf(*frame, "EWR").freshness == Freshness::stale);
    CHECK(popOf(*frame, "EWR").summary.requestsPerSecond == Reading{100, Quality::stale});
    CHECK(popOf(*frame, "EWR").summary.nodesHeard == 0);
    CHECK(popOf(*frame, "EWR").ageSeconds == Approx(5));
    CHECK(frame->world.requestsPerSecond.value == 100);
}

TEST_CASE("when nobody reports any more the world is stale, with its last numbers", "[frame]") {
    Feed feed;
    feed.run({"LHR", "EWR"}, 0, 5, [](PopReport&, int) {});
    feed.clock.advance(seconds(2));
    CHECK(feed.frame()->world.requestsPerSecond == Reading{200, Quality::measured});
    feed.clock.advance(seconds(2));
    CHECK(feed.frame()->world.requestsPerSecond == Reading{200, Quality::stale});
    CHECK(feed.frame()->world.nodesHeard == 0);
}

TEST_CASE("columns hold whole slots, stay aligned and show gaps as gaps", "[frame]") {
    Feed feed;
    feed.request.range = seconds(60);
    feed.request.chartColumns = 20;
    feed.run({"LHR"}, 0, 29, [](PopReport&, int) {});
    feed.clock.advance(seconds(10));
    feed.run({"LHR"}, 40, 59, [](PopReport&, int) {});
    const auto frame = feed.frame();
    CHECK(frame->chartAxis.columns == 20);
    CHECK(frame->chartAxis.step == seconds(3));
    CHECK(unixSeconds(frame->chartAxis.end) % 3 == 0);
    CHECK(frame->chartAxis.end >= *frame->settled);
    CHECK(frame->chartAxis.end - *frame->settled < seconds(3));
    int gaps = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        const float value = frame->worldSeries.requestsPerSecond[i];
        if (std::isnan(value))
            ++gaps;
        else
            CHECK(value == 100.0F);
    }
    CHECK(gaps >= 3);
    CHECK(gaps <= 5);
}

TEST_CASE("a field that only some nodes measure is partial though every node was heard", "[frame]") {
    Feed feed;
    feed.run({"LHR", "EWR"}, 0, 0, [](PopReport& r, int) {
        FieldSet fields;
        fields.add(Counter::requests);
        if (r.pop == "EWR") fields.add(Counter::waf_blocked);
        r.totals.setMeasured(fields);
    });
    const auto frame = feed.frame();
    CHECK(frame->world.requestsPerSecond.quality == Quality::measured);
    CHECK(frame->world.wafBlockedPerSecond.quality == Quality::partial);
}

TEST_CASE("of several seconds in a column, rates show the mean and quantiles the worst", "[frame]") {
    Feed feed;
    feed.request.range = seconds(60);
    feed.request.chartColumns = 6;
    feed.run({"LHR"}, 0, 59, [](PopReport& r, int s) {
        r.totals[Counter::requests] = s % 2 == 0 ? 100 : 300;
        r.totals[Distribution::metadata_latency].record(s % 10 == 4 ? 900'000 : 40'000, 10);
    });
    const auto frame = feed.frame();
    CHECK(frame->chartAxis.step == seconds(10));
    CHECK(frame->worldSeries.requestsPerSecond[3] == 200.0F);
    CHECK(frame->worldSeries.metadataP95Us[3] == Approx(900'000).epsilon(0.1));
}

TEST_CASE("the heatmap puts the worst PoP first and tells no purge from no data", "[frame]") {
    Feed feed;
    feed.request.range = seconds(10);
    feed.request.heatColumns = 10;
    feed.request.heatRows = 2;
    feed.run({"CDG", "EWR", "LHR"}, 0, 4, [](PopReport& r, int s) {
        if (r.pop == "EWR" && s == 3) r.totals[Distribution::invalidation_lag].record(9'000'000);
        if (r.pop == "LHR") r.totals[Distribution::invalidation_lag].record(50'000);
    });
    const auto heat = feed.frame()->heat;
    REQUIRE(heat.rows == std::vector<std::string>{"EWR", "LHR"});
    REQUIRE(heat.axis.columns == 10);
    CHECK(heat.at(0, 8) == Approx(9e6).epsilon(0.1));
    CHECK(heat.at(0, 9) == HeatGrid::kNothingPurged);
    CHECK(heat.at(1, 9) == Approx(5e4).epsilon(0.1));
    CHECK(std::isnan(heat.at(0, 0)));
}

TEST_CASE("long ranges come from coarser rings", "[frame]") {
    Feed feed;
    feed.run({"LHR"}, 0, 199, [](PopReport&, int) {});
    const auto columns = columnsOf(feed.state.world(), *feed.state.settled(), std::chrono::hours(1), 600);
    CHECK(columns.step == seconds(10));
    CHECK(columns.axis.columns == 360);
    const auto series = meanSeries(feed.state.world(), columns, &RollupPoint::requestsPerSecond);
    CHECK(series[355] == 100.0F);
    CHECK(std::isnan(series[100]));
}

TEST_CASE("the selected PoP's nodes are looked into", "[frame]") {
    Feed feed;
    feed.request.selectedPop = "LHR";
    REQUIRE_FALSE(feed.state.apply(roster({.nodes = 3}), feed.clock.steady()));
    CHECK_FALSE(feed.frame()->nodes.has_value());
    auto columns = nodeColumns({.nodes = 3});
    columns[NodeColumn::saturation] = {100, 210, 185};
    columns[NodeColumn::inv_lag_max] = {0, 81, 3};
    REQUIRE_FALSE(feed.state.apply(columns, feed.clock.steady()));
    const auto nodes = feed.frame()->nodes;
    REQUIRE(nodes.has_value());
    CHECK(nodes->hottestNode == "agent-1");
    CHECK(nodes->hottestSaturation.value == Approx(1.05));
    CHECK(nodes->nodesByLevel == std::array<std::uint64_t, 4>{1, 0, 1, 1});
    CHECK(nodes->worstLagUs.value == Approx(ExponentialHistogram::lowerBound(81)));
}
