// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/relay.h"
#include "feeds/state/fleet_state.h"

#include "tests/feeds/relay/relayed_site.h"
#include "tests/support/catch.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

TEST_CASE("a second goes up when all agents known have reported it", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    site.report("a", 1, {.requests = 100});
    CHECK(site.above.reports.empty());
    site.report("b", 1, {.requests = 20});
    REQUIRE(site.above.reports.size() == 1);
    const auto& report = site.above.reports.front();
    CHECK(report.pop == "LHR");
    CHECK(report.totals[Counter::requests] == 120);
    CHECK(report.totals[Counter::node_seconds] == 2);
    CHECK_FALSE(report.header.correction);
    CHECK(report.header.publisher == "relay");
    site.pass(1s);
    CHECK(site.above.reports.size() == 1); // and once
}

TEST_CASE("a second waits 300 ms for those that are missing, and no longer", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    site.report("a", 1);
    site.pass(299ms);
    CHECK(site.above.reports.empty());
    site.pass(1ms);
    REQUIRE(site.above.reports.size() == 1);
    CHECK(site.above.reports.front().totals[Counter::node_seconds] == 1);
}

TEST_CASE("a site that begins is gathered, and not told agent by agent", "[relay]") {
    RelayedSite site;
    for (int agent = 0; agent < 50; ++agent)
        site.report("a" + std::to_string(agent), 0);
    site.pass(300ms);
    REQUIRE(site.above.reports.size() == 1);
    CHECK(site.above.reports.front().totals[Counter::node_seconds] == 50);
}

TEST_CASE("an agent that died is waited for three seconds, and then no more", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    for (int second = 1; second <= 5; ++second) {
        site.begin(second);
        site.report("a", second);
        if (second >= 4) CHECK(site.above.reports.size() == static_cast<std::size_t>(second));
        site.pass(300ms);
        CHECK(site.above.reports.size() == static_cast<std::size_t>(second));
    }
}

TEST_CASE("an agent whose clock is ahead does not close a second before it has ended", "[relay]") {
    RelayedSite site;
    for (const char* agent : {"a", "b", "c", "d"})
        site.report(agent, 0);
    site.pass(300ms);
    site.pass(300ms);
    site.report("a", 1); // by its own clock the second is over: 0.4 s ahead
    site.pass(350ms);
    CHECK(site.upOf(1)[Counter::node_seconds] == 0);
    site.begin(1);
    for (const char* agent : {"b", "c", "d"})
        site.report(agent, 1);
    CHECK(site.upOf(1, false)[Counter::node_seconds] == 4);
}

TEST_CASE("what comes late goes up as a correction while the second is open, and is refused then",
          "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    for (int second = 1; second <= 6; ++second) {
        site.begin(second);
        site.report("a", second);
        site.pass(300ms);
    }
    site.report("b", 1, {.requests = 7});
    site.pass(300ms);
    REQUIRE(site.above.reports.back().header.correction);
    CHECK(site.above.reports.back().header.intervalEnd == feedSecond(kStart + 1));
    CHECK(site.above.reports.back().totals[Counter::requests] == 7); // not what had gone up before
    CHECK(site.upOf(1)[Counter::node_seconds] == 2);
    for (int second = 7; second <= 10; ++second) {
        site.begin(second);
        site.report("a", second);
    }
    CHECK(site.report("b", 2) == "too late");
    site.pass(300ms);
    site.begin(11);
    site.report("a", 11);
    site.pass(300ms);
    CHECK(site.above.reports.back().totals[Counter::messages_refused] == 1);
}

TEST_CASE("seconds go up in order, though a later one is whole before", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    site.report("a", 1);
    site.clock.advance(1s); // nobody ticks: the machine was busy
    site.report("a", 2);
    site.report("b", 2);
    REQUIRE(site.above.reports.size() == 2);
    CHECK(site.above.reports[0].header.intervalEnd == feedSecond(kStart + 1));
    CHECK(site.above.reports[1].header.intervalEnd == feedSecond(kStart + 2));
    CHECK_FALSE(site.above.reports[1].header.correction);
}

TEST_CASE("what is lost and refused below is told above, once", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    site.sequences["apopLHR"] += 3; // dropped on the way
    site.report("a", 1);
    auto again = popReport({.publisher = "b", .second = kStart, .sequence = 1});
    CHECK(RelayedSite::words(site.relay.apply(again, site.clock.arrival())) == "duplicate message");
    site.report("b", 1);
    REQUIRE(site.above.reports.size() == 1);
    CHECK(site.above.reports.front().totals[Counter::messages_lost] == 3);
    CHECK(site.above.reports.front().totals[Counter::messages_refused] == 1);
    CHECK(site.above.reports.front().totals.measuredByAll.has(Counter::messages_lost));
    site.begin(2);
    site.report("a", 2);
    site.report("b", 2);
    CHECK(site.above.reports.back().totals[Counter::messages_lost] == 0);
}

TEST_CASE("the oldest time of sending goes up, by the relay's clock", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    const auto first = site.clock.wall();
    site.report("a", 1);
    site.clock.advance(40ms);
    site.report("b", 1);
    REQUIRE(site.above.reports.size() == 1);
    CHECK(site.above.reports.front().header.oldestSent == first);
}

TEST_CASE("an agent whose clock is off counts in its second, without its lags", "[relay]") {
    RelayedSite site;
    for (int second = 0; second < 8; ++second) {
        if (second > 0) site.begin(second);
        for (const char* agent : {"a", "b", "c"})
            site.report(agent, second);
        auto wrong = popReport({.publisher = "w",
                                .second = kStart + second + 60,
                                .sequence = static_cast<std::uint64_t>(second + 1)});
        wrong.header.sent = site.clock.wall() + 60s;
        site.relay.apply(wrong, site.clock.arrival());
        site.pass(300ms);
    }
    CHECK(site.upOf(7)[Counter::node_seconds] == 4);
    CHECK(site.upOf(7)[Distribution::clock_offset].count() == 1);
}

TEST_CASE("what is simulated or recorded is not passed on", "[relay]") {
    RelayedSite site;
    CHECK(site.report("a", 0, {.timeSource = TimeSource::simulated}) ==
          "simulated or recorded, in a feed of now");
    site.pass(300ms);
    CHECK(site.above.reports.empty());
}

TEST_CASE("events are passed on at once, globals of one publisher", "[relay]") {
    RelayedSite site;
    Event event{header({.publisher = "a"}), EventKind::purge, "everything"};
    CHECK_FALSE(site.relay.apply(event, site.clock.arrival()));
    REQUIRE(site.above.events.size() == 1);
    CHECK(site.above.events.front().text == "everything");
    for (const char* publisher : {"a", "b"}) {
        Global global;
        global.header = header({.publisher = publisher});
        global.scenario = publisher;
        CHECK_FALSE(site.relay.apply(global, site.clock.arrival()));
    }
    REQUIRE(site.above.globals.size() == 1);
    CHECK(site.above.globals.front().scenario == "a");
}

TEST_CASE("what is open goes up when the relay ends", "[relay]") {
    RelayedSite site;
    site.beginWithTwo();
    site.report("a", 1);
    site.relay.drain(site.clock.steady());
    REQUIRE(site.above.reports.size() == 1);
    CHECK(site.above.rosters.empty()); // and no farewell
}

TEST_CASE("a relay above a relay adds the same up", "[relay]") {
    RelayedSite site;
    HeardAbove top{"top", site.clock};
    Relay upper{PopCatalogue::builtIn(), top};
    site.listed("a", 2);
    site.listed("b", 1);
    for (int second = 0; second < 3; ++second) {
        if (second > 0) site.begin(second);
        site.report("a", second, {.nodes = 2, .requests = 10});
        if (second < 2) site.report("b", second, {.requests = 5});
        site.pass(300ms);
    }
    site.report("b", 2, {.requests = 5}); // late
    site.pass(300ms);
    for (const auto& message : site.above.said)
        std::visit([&](const auto& m) { CHECK_FALSE(upper.apply(m, site.clock.arrival())); }, message);
    upper.drain(site.clock.steady());
    PopTotals sum;
    for (const auto& report : top.reports)
        sum.merge(report.totals);
    CHECK(sum[Counter::requests] == 45);
    CHECK(sum[Counter::node_seconds] == 9);
    CHECK(top.rosters.at("LHR").agents == site.above.rosters.at("LHR").agents);
    CHECK(top.rosters.at("LHR").nodes == site.above.rosters.at("LHR").nodes);
}
