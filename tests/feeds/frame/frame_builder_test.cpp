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
        const auto refused = state.apply(report, clock.arrival());
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
    const Baseline* baseline = nullptr;
    std::shared_ptr<const Frame> frame() {
        return builder.build(state, request, baseline, {}, clock.steady());
    }
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
    CHECK(frame->world[Measure::requests_per_second].quality == Quality::noData);
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
    CHECK(frame->world[Measure::requests_per_second] == Reading{600, Quality::measured});
    CHECK(frame->world[Measure::hit_ratio].value == Approx(0.9));
    CHECK(frame->world[Measure::saturation].value == Approx(0.5));
    CHECK(frame->world[Measure::invalidation_lag_p99_us].value == Approx(5'000).epsilon(0.1));
    CHECK(frame->world[Measure::egress_bits_per_second].value == 2 * 100'000 * 8);
    CHECK(frame->world[Measure::metadata_p95_us].quality ==
          Quality::noData); // nothing happened, yet it is measured
    CHECK(frame->sinceStart[Counter::requests] == 1'200);
    REQUIRE(frame->parts.size() == 2);
    CHECK(frame->parts[0].code == "EU");
}

TEST_CASE("not measured, no data, partial and stale are told apart", "[frame]") {
    Feed feed;
    REQUIRE_FALSE(feed.state.apply(roster({.publisher = "LHR", .nodes = 2}), feed.clock.arrival()));
    feed.run({"LHR", "EWR"}, 0, 1, [](PopReport& r, int) {
        FieldSet fields;
        fields.add(Counter::requests);
        if (r.pop == "EWR") fields.add(Counter::waf_blocked);
        r.totals.setMeasured(fields);
    });
    auto frame = feed.frame();
    const auto& lhr = popOf(*frame, "LHR").summary;
    CHECK(lhr[Measure::requests_per_second].quality == Quality::partial); // one of two nodes
    CHECK(lhr[Measure::waf_blocked_per_second].quality == Quality::notMeasured);
    CHECK(lhr[Measure::ttfb_miss_p95_us].quality == Quality::notMeasured);
    const auto& ewr = popOf(*frame, "EWR").summary;
    CHECK(ewr[Measure::requests_per_second].quality == Quality::measured);
    CHECK(ewr[Measure::waf_blocked_per_second] == Reading{0, Quality::measured});
    CHECK(frame->world[Measure::waf_blocked_per_second].quality ==
          Quality::partial); // LHR does not measure it

    feed.run({"LHR"}, 2, 6, [](PopReport&, int) {});
    frame = feed.frame();
    CHECK(popOf(*frame, "EWR").freshness == Freshness::stale);
    CHECK(popOf(*frame, "EWR").summary[Measure::requests_per_second] == Reading{100, Quality::stale});
    CHECK(popOf(*frame, "EWR").summary.nodesHeard == 0);
    CHECK(popOf(*frame, "EWR").ageSeconds == Approx(5));
    CHECK(frame->world[Measure::requests_per_second].value == 100);
}

TEST_CASE("when nobody reports any more the world is stale, with its last numbers", "[frame]") {
    Feed feed;
    feed.run({"LHR", "EWR"}, 0, 5, [](PopReport&, int) {});
    feed.clock.advance(seconds(2));
    CHECK(feed.frame()->world[Measure::requests_per_second] == Reading{200, Quality::measured});
    feed.clock.advance(seconds(2));
    CHECK(feed.frame()->world[Measure::requests_per_second] == Reading{200, Quality::stale});
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
        const float value = frame->series[Measure::requests_per_second][i];
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
    CHECK(frame->world[Measure::requests_per_second].quality == Quality::measured);
    CHECK(frame->world[Measure::waf_blocked_per_second].quality == Quality::partial);
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
    CHECK(frame->series[Measure::requests_per_second][3] == 200.0F);
    CHECK(frame->series[Measure::metadata_p95_us][3] == Approx(900'000).epsilon(0.1));
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
    const auto columns = columnsOf(*feed.state.settled(), {.range = std::chrono::hours(1)}, 600);
    CHECK(columns.step == seconds(10));
    CHECK(columns.axis.columns == 360);
    const auto series = seriesOf(feed.state.world(), columns, Measure::requests_per_second);
    CHECK(series[355] == 100.0F);
    CHECK(std::isnan(series[100]));
}

TEST_CASE("the selected PoP's nodes are looked into", "[frame]") {
    Feed feed;
    feed.request.selection = Selection::pop("LHR");
    REQUIRE_FALSE(feed.state.apply(roster({.nodes = 3}), feed.clock.arrival()));
    CHECK_FALSE(feed.frame()->nodes.has_value());
    auto columns = nodeColumns({.nodes = 3});
    columns[NodeColumn::saturation] = {100, 210, 185};
    columns[NodeColumn::inv_lag_max] = {0, 81, 3};
    REQUIRE_FALSE(feed.state.apply(columns, feed.clock.arrival()));
    const auto nodes = feed.frame()->nodes;
    REQUIRE(nodes.has_value());
    CHECK(nodes->hottestNode == "agent-1");
    CHECK(nodes->hottestSaturation.value == Approx(1.05));
    CHECK(nodes->nodesByLevel == std::array<std::uint64_t, 4>{1, 0, 1, 1});
    CHECK(nodes->worstLagUs.value == Approx(ExponentialHistogram::lowerBound(81)));
}

TEST_CASE("a selection narrows numbers, charts and heatmap to a region or a PoP", "[frame]") {
    Feed feed;
    feed.run({"CDG", "LHR", "EWR"}, 0, 9, [](PopReport& r, int) {
        r.totals[Counter::requests] = r.pop == "EWR" ? 1'000 : r.pop == "LHR" ? 300 : 100;
        r.totals[Distribution::invalidation_lag].record(50'000);
    });
    feed.request.selection = Selection::region("EU");
    auto frame = feed.frame();
    CHECK(frame->summary[Measure::requests_per_second].value == 400);
    CHECK(frame->world[Measure::requests_per_second].value == 1'400);
    CHECK(frame->series[Measure::requests_per_second].back() == 400.0F);
    REQUIRE(frame->parts.size() == 2); // its PoPs, the largest first
    CHECK(frame->parts[0].code == "LHR");
    CHECK(frame->heat.rows == std::vector<std::string>{"CDG", "LHR"});

    feed.request.selection = Selection::pop("EWR");
    frame = feed.frame();
    CHECK(frame->summary[Measure::requests_per_second].value == 1'000);
    REQUIRE(frame->parts.size() == 1);
    CHECK(frame->parts[0].series[Measure::requests_per_second].back() == 1'000.0F);
    CHECK(frame->lag.of == Selection::region("NA"));

    feed.request.selection = Selection::pop("XXX"); // nobody has heard of it
    frame = feed.frame();
    CHECK(frame->summary[Measure::requests_per_second].quality == Quality::noData);
    CHECK(frame->parts.empty());
}

TEST_CASE("PoPs beyond the largest are one part of their region, and nothing is lost", "[frame]") {
    Feed feed;
    const std::vector<std::string> pops{"AMS", "ARN", "ATH", "BCN", "BRU", "CDG", "CPH", "DUB", "FRA", "LHR"};
    feed.run(pops, 0, 5, [](PopReport& r, int) { r.totals[Counter::requests] = r.pop == "FRA" ? 500 : 10; });
    feed.request.selection = Selection::region("EU");
    const auto frame = feed.frame();
    REQUIRE(frame->parts.size() == 7);
    CHECK(frame->parts.front().code == "FRA");
    CHECK(frame->parts.back().code == PartSeries::kOthers);
    CHECK(frame->parts.back().series[Measure::requests_per_second].back() == 40.0F);
    CHECK(std::isnan(frame->parts.back().series[Measure::requests_per_second].front()));
}

TEST_CASE("a range that ends in the past stands still while time goes on", "[frame]") {
    Feed feed;
    feed.request.range = seconds(20);
    feed.request.until = feedSecond(kStart + 40);
    feed.run({"LHR"}, 0, 59,
             [](PopReport& r, int s) { r.totals[Counter::requests] = static_cast<std::uint64_t>(s); });
    auto frame = feed.frame();
    CHECK(frame->chartAxis.end == feedSecond(kStart + 40));
    CHECK(frame->series[Measure::requests_per_second].back() == 40.0F);
    CHECK(frame->world[Measure::requests_per_second].value == 59); // the numbers are of now all the same
    feed.run({"LHR"}, 60, 69, [](PopReport&, int) {});
    frame = feed.frame();
    CHECK(frame->chartAxis.end == feedSecond(kStart + 40));
    CHECK(frame->series[Measure::requests_per_second].front() == 21.0F);
}

TEST_CASE("how long invalidations took is shown as shares by column", "[frame]") {
    Feed feed;
    feed.request.range = seconds(10);
    feed.run({"LHR", "EWR"}, 0, 4, [](PopReport& r, int s) {
        if (s == 4 && r.pop == "LHR") r.totals[Distribution::invalidation_lag].record(1'000'000, 3);
        if (s == 4 && r.pop == "EWR") r.totals[Distribution::invalidation_lag].record(8'000'000, 1);
    });
    const auto lag = feed.frame()->lag;
    REQUIRE(lag.axis.columns == 10);
    const auto binOf = [](double us) {
        std::size_t bin = 0;
        while (LagBins::upperBoundUs(bin) < us)
            ++bin;
        return bin;
    };
    CHECK(lag.at(9, binOf(1'000'000)) == 0.75F);
    CHECK(lag.at(9, binOf(8'000'000)) == 0.25F);
    CHECK(lag.at(8, binOf(1'000'000)) == 0.0F); // heard, nothing purged
    CHECK(std::isnan(lag.at(0, 0)));            // nobody was heard
}

TEST_CASE("a baseline lies beneath with its T-0 where this launch has it", "[frame]") {
    constexpr std::int64_t kEarlier = kStart - 86'400; // its T-0, 30 s after its first report
    Baseline earlier{"yesterday", feedSecond(kEarlier + 30), false, FleetState(PopCatalogue::builtIn())};
    std::uint64_t sequence = 0;
    for (int s = 0; s <= 120; ++s) {
        auto report = popReport({.second = kEarlier + s, .sequence = ++sequence});
        report.totals[Counter::requests] = static_cast<std::uint64_t>(s < 30 ? 100 : 700);
        const SteadyTime at{seconds(1'000 + s)};
        REQUIRE_FALSE(earlier.state.apply(report, {at, report.header.sent}));
        earlier.state.settle(at);
    }
    Feed feed;
    feed.baseline = &earlier;
    feed.request.range = seconds(60);
    feed.request.releaseAt = feedSecond(kStart + 20); // set by hand
    feed.run({"LHR"}, 0, 59, [](PopReport& report, int) { report.totals[Counter::requests] = 150; });
    const auto frame = feed.frame();
    REQUIRE(frame->baseline.has_value());
    CHECK(frame->releaseAt == feedSecond(kStart + 20));
    CHECK(frame->baseline->name == "yesterday");
    CHECK(frame->baseline->now[Measure::requests_per_second] == 700.0F);
    const auto& ghost = frame->baseline->series[Measure::requests_per_second];
    const auto columnAt = [&](std::int64_t second) {
        return static_cast<std::size_t>(frame->chartAxis.columns - 1 -
                                        (frame->chartAxis.end - feedSecond(second)).count());
    };
    CHECK(ghost[columnAt(kStart + 19)] == 100.0F); // a second before T-0
    CHECK(ghost[columnAt(kStart + 20)] == 700.0F);

    // Of an edge a hundred times as large it is no measure, but what does not depend on size is.
    Feed tiny;
    tiny.baseline = &earlier;
    tiny.request = feed.request;
    tiny.run({"LHR"}, 0, 59, [](PopReport& report, int) { report.totals[Counter::requests] = 1; });
    const auto small = tiny.frame();
    REQUIRE(small->baseline.has_value());
    CHECK(small->baseline->isOfAnotherEdge);
    CHECK_FALSE(frame->baseline->isOfAnotherEdge);
    CHECK(std::isnan(small->baseline->now[Measure::requests_per_second]));
    CHECK(std::isnan(small->baseline->series[Measure::requests_per_second][columnAt(kStart + 20)]));
    CHECK(small->baseline->now[Measure::hit_ratio] == frame->baseline->now[Measure::hit_ratio]);

    earlier.underRehearsalsOnly = true; // and this is none
    Feed real;
    real.baseline = &earlier;
    real.request = feed.request;
    real.run({"LHR"}, 0, 59, [](PopReport&, int) {});
    CHECK_FALSE(real.frame()->baseline.has_value());

    feed.request.releaseAt.reset(); // without T-0 nothing can be aligned
    CHECK_FALSE(feed.frame()->baseline.has_value());
}

TEST_CASE("what is announced of the service is the world's, is charted, and grows old", "[frame]") {
    Feed feed;
    std::uint64_t sequence = 0;
    feed.run({"LHR"}, 0, 9, [&](PopReport&, int second) {
        Global global{.header = header({.second = kStart + second, .sequence = ++sequence})};
        global.listeners = 1'000'000 + static_cast<std::uint64_t>(second);
        REQUIRE_FALSE(feed.state.apply(global, feed.clock.arrival()));
    });
    const auto frame = feed.frame();
    REQUIRE(frame->settled);
    CHECK(frame->world[Measure::listeners].quality == Quality::measured);
    CHECK(frame->world[Measure::listeners].value >= 1'000'000);
    CHECK(frame->world[Measure::churn_ppm_per_hour].quality == Quality::notMeasured); // nobody tells it
    CHECK(frame->series[Measure::listeners].back() >= 1'000'000);
    CHECK(frame->pops.at(0).summary[Measure::listeners].quality == Quality::notMeasured);
    feed.run({"LHR"}, 10, 40, [](PopReport&, int) {}); // nobody tells it any more
    CHECK(feed.frame()->world[Measure::listeners].quality == Quality::stale);
    CHECK(std::isnan(feed.frame()->series[Measure::listeners].back()));
}

TEST_CASE("T-0 is set by hand, announced, or the last release that was said to be live", "[frame]") {
    Feed feed;
    feed.run({"LHR"}, 0, 9, [](PopReport&, int) {});
    CHECK_FALSE(feed.frame()->releaseAt);
    std::uint64_t sequence = 0;
    const auto tell = [&](EventKind kind, int second) {
        const Event event{header({.second = kStart + second, .sequence = ++sequence}), kind, ""};
        REQUIRE_FALSE(feed.state.apply(event, feed.clock.arrival()));
    };
    tell(EventKind::purge, 2);
    CHECK_FALSE(feed.frame()->releaseAt);
    tell(EventKind::release, 3);
    tell(EventKind::release, 5);
    tell(EventKind::note, 6);
    CHECK(feed.frame()->releaseAt == feedSecond(kStart + 5));
    Global global{.header = header({.second = kStart + 9})};
    global.releaseAtUs = static_cast<std::uint64_t>(kStart + 60) * 1'000'000U;
    REQUIRE_FALSE(feed.state.apply(global, feed.clock.arrival()));
    CHECK(feed.frame()->releaseAt == feedSecond(kStart + 60));
    feed.request.releaseAt = feedSecond(kStart + 7);
    CHECK(feed.frame()->releaseAt == feedSecond(kStart + 7));
}
