// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/fleet_state.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Publishers that number their reports, and a fleet that hears them.
struct Fleet {
    TestClock clock;
    FleetState state{PopCatalogue::builtIn()};
    std::map<std::string, std::uint64_t> sequences;

    std::string report(ReportOptions o) {
        o.sequence = ++sequences[o.publisher + o.pop + std::to_string(o.session)];
        const auto refused = state.apply(popReport(o), clock.arrival());
        return refused ? std::string(wordsFor(refused->reason)) : "ok";
    }
    void introduce(ReportOptions o) { REQUIRE_FALSE(state.apply(roster(o), clock.arrival())); }
    std::uint64_t world(Counter counter) {
        state.settle(clock.steady());
        const auto* totals = state.settled() ? state.world().totals(*state.settled()) : nullptr;
        return totals ? (*totals)[counter] : 0;
    }
    std::int64_t settled() {
        state.settle(clock.steady());
        return state.settled() ? unixSeconds(*state.settled()) - kStart : -1;
    }
};

} // namespace

TEST_CASE("agents add up to PoPs, PoPs to regions, regions to the world", "[fleet]") {
    Fleet fleet;
    fleet.report({.publisher = "a", .pop = "LHR", .requests = 100});
    fleet.report({.publisher = "b", .pop = "LHR", .requests = 20});
    fleet.report({.publisher = "c", .pop = "CDG", .requests = 3});
    fleet.report({.publisher = "d", .pop = "EWR", .requests = 4'000});
    CHECK(fleet.world(Counter::requests) == 4'123);
    const auto second = *fleet.state.settled();
    CHECK((*fleet.state.places().at("LHR")->rollup.totals(second))[Counter::requests] == 120);
    const auto& catalogue = PopCatalogue::builtIn();
    const auto europe = catalogue[*catalogue.find("LHR")].region;
    CHECK((*fleet.state.regions()[europe.value].totals(second))[Counter::requests] == 123);
    CHECK(fleet.state.sinceStart()[Counter::requests] == 4'123);
}

TEST_CASE("a PoP the catalogue does not know is unplaced, not dropped", "[fleet]") {
    Fleet fleet;
    CHECK(fleet.report({.pop = "XQZ", .requests = 7}) == "ok");
    CHECK(fleet.world(Counter::requests) == 7);
    CHECK_FALSE(fleet.state.places().at("XQZ")->pop.has_value());
    CHECK((*fleet.state.regions().back().totals(*fleet.state.settled()))[Counter::requests] == 7);
}

TEST_CASE("a duplicate adds nothing", "[fleet]") {
    Fleet fleet;
    fleet.report({});
    CHECK(fleet.state.apply(popReport({}), fleet.clock.arrival()).has_value());
    CHECK(fleet.world(Counter::requests) == 100);
    CHECK(fleet.state.judge().gaps().counts().duplicates == 1);
}

TEST_CASE("the world is shown for a second that all live PoPs have reported", "[fleet]") {
    Fleet fleet;
    for (const char* pop : {"LHR", "CDG", "EWR"})
        fleet.report({.publisher = pop, .pop = pop});
    CHECK(fleet.settled() == 0);
    fleet.clock.advance(seconds(1));
    fleet.report({.publisher = "LHR", .pop = "LHR", .second = kStart + 1});
    fleet.report({.publisher = "CDG", .pop = "CDG", .second = kStart + 1});
    CHECK(fleet.settled() == 0); // EWR is still missing
    CHECK(fleet.world(Counter::requests) == 300);
    fleet.report({.publisher = "EWR", .pop = "EWR", .second = kStart + 1});
    CHECK(fleet.settled() == 1);
}

TEST_CASE("a PoP that fell silent holds nobody up", "[fleet]") {
    Fleet fleet;
    for (const char* pop : {"LHR", "CDG", "EWR"})
        fleet.report({.publisher = pop, .pop = pop});
    for (int s = 1; s <= 5; ++s) {
        fleet.clock.advance(seconds(1));
        fleet.report({.publisher = "LHR", .pop = "LHR", .second = kStart + s});
        fleet.report({.publisher = "CDG", .pop = "CDG", .second = kStart + s});
        CHECK(fleet.settled() >= s - 1);
    }
    CHECK(fleet.settled() == 5);
    CHECK(fleet.world(Counter::requests) == 200);
}

TEST_CASE("the last second of a fleet that ended is shown, whenever somebody looks", "[fleet]") {
    Fleet fleet;
    fleet.report({.publisher = "CDG", .pop = "CDG"}); // and nothing any more
    for (int s = 0; s <= 4; ++s) {
        if (s == 4) CHECK(fleet.settled() == 3);
        for (const char* pop : {"LHR", "EWR"})
            fleet.report({.publisher = pop, .pop = pop, .second = kStart + s});
        if (s < 4) fleet.settled();
        fleet.clock.advance(seconds(1));
    }
    fleet.clock.advance(seconds(60));
    CHECK(fleet.settled() == 4);
    CHECK(fleet.world(Counter::requests) == 200);
}

TEST_CASE("of several agents in a PoP all are waited for", "[fleet]") {
    Fleet fleet;
    fleet.report({.publisher = "a", .requests = 1});
    fleet.report({.publisher = "b", .requests = 2});
    fleet.clock.advance(seconds(1));
    fleet.report({.publisher = "a", .second = kStart + 1, .requests = 4});
    CHECK(fleet.world(Counter::requests) == 3);
    fleet.report({.publisher = "b", .second = kStart + 1, .requests = 8});
    CHECK(fleet.world(Counter::requests) == 12);
}

TEST_CASE("a late report is added to its second, one too late is refused", "[fleet]") {
    Fleet fleet;
    for (int s = 0; s <= 10; ++s) {
        fleet.report({.publisher = "a", .second = kStart + s});
        fleet.clock.advance(seconds(1));
    }
    fleet.settled();
    CHECK(fleet.report({.publisher = "b", .second = kStart + 10, .requests = 5}) == "ok");
    CHECK(fleet.world(Counter::requests) == 105);
    CHECK(fleet.report({.publisher = "b", .second = kStart + 11, .requests = 5}) == "ok");
    CHECK(fleet.report({.publisher = "c", .second = kStart + 2}) == "too late");
}

TEST_CASE("an agent whose clock runs far ahead does not move its PoP", "[fleet]") {
    Fleet fleet;
    fleet.report({.publisher = "a"});
    CHECK(fleet.report({.publisher = "b", .second = kStart + 60}) == "ok");
    CHECK(fleet.settled() == 0);
    CHECK(fleet.world(Counter::requests) == 200);
    fleet.clock.advance(seconds(1));
    CHECK(fleet.report({.publisher = "a", .second = kStart + 1}) == "ok");
    CHECK(fleet.report({.publisher = "b", .second = kStart + 61}) == "ok");
    CHECK(fleet.settled() == 1);
}

TEST_CASE("after an outage of all, time goes on where the reports are", "[fleet]") {
    Fleet fleet;
    fleet.report({.publisher = "a"});
    fleet.report({.publisher = "b"});
    fleet.clock.advance(seconds(90));
    CHECK(fleet.report({.publisher = "a", .second = kStart + 90}) == "ok");
    CHECK(fleet.report({.publisher = "b", .second = kStart + 90}) == "ok");
    CHECK(fleet.settled() == 90);
    CHECK(fleet.world(Counter::requests) == 200);
}

TEST_CASE("regions miss no second when feed time runs faster than anybody looks", "[fleet]") {
    Fleet fleet;
    for (const char* pop : {"LHR", "CDG"})
        fleet.report({.publisher = pop, .pop = pop, .timeSource = TimeSource::simulated});
    fleet.settled();
    for (int s = 1; s <= 120; ++s)
        for (const char* pop : {"LHR", "CDG"})
            fleet.report(
                {.publisher = pop, .pop = pop, .second = kStart + s, .timeSource = TimeSource::simulated});
    fleet.settled();
    const auto& ring = fleet.state.world().ringFor(seconds(1));
    for (int s = 0; s <= 120; ++s) {
        const auto point = ring.at(feedSecond(kStart + s));
        REQUIRE(point);
        CHECK(point[Measure::requests_per_second] == 200.0F);
    }
}

TEST_CASE("a rehearsal started again in its own past begins a new epoch", "[fleet]") {
    Fleet fleet;
    for (int s = 0; s < 30; ++s) {
        fleet.report({.second = kStart + s});
        fleet.clock.advance(seconds(1));
        fleet.settled();
    }
    const auto epoch = fleet.state.epoch();
    const auto later = static_cast<std::uint64_t>(kStart + 100) * 1'000'000U;
    CHECK(fleet.report({.second = kStart, .session = later, .requests = 9}) == "ok");
    CHECK(fleet.world(Counter::requests) == 9);
    CHECK(fleet.state.epoch() == epoch + 1);
    CHECK(fleet.state.sinceStart()[Counter::requests] == 9);
    CHECK(fleet.settled() == 0);
    CHECK_FALSE(fleet.state.world().ringFor(seconds(1)).at(feedSecond(kStart + 20)));
}

TEST_CASE("coverage is nodes heard of nodes on the roster", "[fleet]") {
    Fleet fleet;
    fleet.introduce({.publisher = "a", .pop = "LHR", .nodes = 10});
    fleet.introduce({.publisher = "b", .pop = "EWR", .nodes = 4});
    fleet.report({.publisher = "a", .pop = "LHR", .nodes = 7});
    CHECK(fleet.world(Counter::node_seconds) == 7);
    CHECK(fleet.state.expectedNodes() == 14);
    auto farewell = roster({.publisher = "b", .pop = "EWR", .sequence = 2, .nodes = 0});
    CHECK_FALSE(fleet.state.apply(farewell, fleet.clock.arrival()));
    fleet.state.settle(fleet.clock.steady());
    CHECK(fleet.state.expectedNodes() == 10);
    auto last = roster({.publisher = "a", .pop = "LHR", .sequence = 2, .nodes = 0});
    CHECK_FALSE(fleet.state.apply(last, fleet.clock.arrival()));
    fleet.state.settle(fleet.clock.steady());
    CHECK(fleet.state.expectedNodes() == 0); // not the nodes that reported before they left
}

TEST_CASE("a PoP whose nodes cannot be measured is reported on, but not heard", "[fleet]") {
    Fleet fleet;
    fleet.report({});
    const auto heard = fleet.state.places().at("LHR")->lastHeard;
    fleet.clock.advance(seconds(1));
    fleet.report({.second = kStart + 1, .nodes = 0});
    CHECK(fleet.state.places().at("LHR")->lastHeard == heard);
    CHECK(fleet.state.places().at("LHR")->lastReport == fleet.clock.steady());
}

TEST_CASE("node columns need their roster and fold into levels", "[fleet]") {
    Fleet fleet;
    auto columns = nodeColumns({.nodes = 4});
    columns[NodeColumn::saturation] = {100, 160, 190, 230};
    auto refused = fleet.state.apply(columns, fleet.clock.arrival());
    REQUIRE(refused);
    CHECK(refused->reason == Refusal::rosterMismatch);
    fleet.introduce({.nodes = 4});
    columns.header = header({.second = kStart + 1, .sequence = 2});
    columns.heard = {0b1011};
    CHECK_FALSE(fleet.state.apply(columns, fleet.clock.arrival()));
    const auto& table = fleet.state.places().at("LHR")->nodes;
    const auto& block = table.blocks().at("agent");
    CHECK(block.byLevel == std::array<std::uint32_t, 4>{1, 1, 1, 1});
    CHECK(block.hottest == 3);
    CHECK(table.heard(fleet.clock.steady()) == 3);
    fleet.clock.advance(seconds(4));
    CHECK(table.heard(fleet.clock.steady()) == 0);
    columns.header = header({.second = kStart + 2, .sequence = 3});
    columns.rosterEpoch = 9;
    refused = fleet.state.apply(columns, fleet.clock.arrival());
    REQUIRE(refused);
    CHECK(refused->reason == Refusal::rosterMismatch);
}

TEST_CASE("freshness falls from live to silent", "[fleet]") {
    CHECK(freshnessOfAge(1.5) == Freshness::live);
    CHECK(freshnessOfAge(2.5) == Freshness::late);
    CHECK(freshnessOfAge(4) == Freshness::stale);
    CHECK(freshnessOfAge(31) == Freshness::silent);
    CHECK(freshness(std::nullopt, SteadyTime{}) == Freshness::noData);
}
