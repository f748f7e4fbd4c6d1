// SPDX-License-Identifier: GPL-3.0-or-later
// Who speaks for whom, and of now: twins, restarts, forged sessions, rehearsals and recordings.
#include "feeds/wire/limits.h"

#include "tests/support/catch.h"
#include "tests/support/fleet_of_clocks.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;
using std::chrono::seconds;

TEST_CASE("two nodes of one name: the first counts, the other is named and missing", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = reporters(3);
    REQUIRE_FALSE(fleet.state.apply(roster({.publisher = all[0].name, .session = 1}), fleet.clock.arrival()));
    for (int s = 0; s < 5; ++s)
        fleet.second(all);
    all.push_back({.name = all[0].name, .session = 2, .requests = 7'000});
    for (int s = 0; s < 20; ++s)
        fleet.second(all);
    CHECK(fleet.outcomes["ok"] == 3);
    CHECK(fleet.outcomes["two publishers of one name"] == 1);
    CHECK(fleet.requests() == 300);
    REQUIRE(fleet.complaints().size() == 1);
    CHECK(fleet.complaints()[0].starts_with("two are called LHR/edge-0: the first counts"));
    CHECK(fleet.state.places().at("LHR")->expectedNodes() == 2); // the one on the roster, and its twin
    CHECK(fleet.state.judge().publishers().restarts() == 0);
    // The first one ends: the other follows, and nothing that was refused is called lost.
    all.erase(all.begin());
    for (int s = 0; s < 10; ++s)
        fleet.second(all);
    CHECK(fleet.outcomes["ok"] == 3);
    CHECK(fleet.complaints().empty());
    CHECK(fleet.state.places().at("LHR")->expectedNodes() == 1);
    CHECK(fleet.state.judge().gaps().counts().lost == 0);
}

TEST_CASE("an agent that is connected by two ways is counted once", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = reporters(1);
    std::vector<PopReport> second;
    for (int s = 0; s < 40; ++s) {
        second.push_back(fleet.reportOf(all[0]));
        CHECK(fleet.say(second.back()) == "ok");
        // The second way is five messages behind, and brings them all at once.
        if (second.size() == 5) {
            for (const auto& report : second)
                CHECK(fleet.say(report) == "duplicate message");
            second.clear();
        }
        fleet.state.settle(fleet.clock.steady());
        fleet.clock.advance(1s);
    }
    CHECK(fleet.state.sinceStart()[Counter::requests] == 4'000);
    CHECK(fleet.complaints().empty());
}

TEST_CASE("what is missing at the start of a session is counted as lost", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = reporters(2);
    for (int s = 0; s < 30; ++s)
        fleet.second(all);
    all[1].session = 2;
    all[1].sequence = 3; // three reports before anybody was connected
    fleet.second(all);
    CHECK(fleet.state.judge().gaps().counts().lost == 3);
    all.push_back({.name = "LHR/new", .sequence = 2});     // began while this wall was listening
    all.push_back({.name = "LHR/old", .sequence = 5'000}); // began before
    fleet.second(all);
    CHECK(fleet.state.judge().gaps().counts().lost == 5);
}

TEST_CASE("fake PoPs, in whatever time, begin no new epoch and wipe nothing", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = reporters(4);
    for (int s = 0; s < 20; ++s)
        fleet.second(all);
    const auto epoch = fleet.state.epoch();
    int n = 0;
    for (const char* pop : {"XQA", "XQB", "XQC", "XQD", "XQE"})
        all.push_back({.name = std::string("fake-") + pop,
                       .pop = pop,
                       .ahead = ++n % 2 == 0 ? std::chrono::milliseconds(24h) * n
                                             : std::chrono::milliseconds(-1h) * n});
    for (int s = 0; s < 60; ++s) {
        fleet.second(all);
        REQUIRE(fleet.state.epoch() == epoch);
        REQUIRE(fleet.requests() == 400);
    }
    CHECK(fleet.state.sinceStart()[Counter::requests] >= 80 * 400);
}

TEST_CASE("a session that never spoke says farewell for nobody", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = reporters(1);
    REQUIRE_FALSE(fleet.state.apply(roster({.publisher = all[0].name, .session = 1, .nodes = 4}),
                                    fleet.clock.arrival()));
    fleet.second(all);
    auto farewell = roster({.publisher = all[0].name, .session = 2'099, .nodes = 0});
    CHECK(fleet.state.apply(farewell, fleet.clock.arrival()));
    CHECK(fleet.state.places().at("LHR")->expectedNodes() == 4);
    for (int s = 0; s < 5; ++s)
        fleet.second(all);
    CHECK(fleet.outcomes["ok"] == 1);
}

TEST_CASE("simulations and recordings are none of a feed of now", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = reporters(3);
    std::vector<Reporter> played{
        {.name = "simulator", .pop = "EWR", .ahead = -24h * 7, .timeSource = TimeSource::simulated}};
    CHECK(fleet.second(played) == 1); // nobody else is there yet
    CHECK(fleet.second(all) == 3);
    fleet.second(played);
    CHECK(fleet.outcomes["simulated or recorded, in a feed of now"] == 1);
    CHECK_FALSE(fleet.state.places().contains("EWR"));
    CHECK(fleet.second(all) == 3);
}

TEST_CASE("a recording that is sent again is judged by when it was received", "[fleet-time]") {
    // An hour of silence lies in it, and one clock that is wrong.
    FleetOfClocks fleet;
    auto all = reporters(5);
    all[4].ahead = -60s;
    TestClock then;
    std::vector<PopReport> recorded;
    for (int s = 0; s < 40; ++s) {
        if (s == 20) fleet.clock.advance(1h);
        for (auto& agent : all) {
            auto report = fleet.reportOf(agent);
            report.header.timeSource = TimeSource::recorded;
            report.header.received = fleet.clock.wall() + 5ms;
            recorded.push_back(report);
        }
        fleet.clock.advance(1s);
    }
    FleetOfClocks wall;
    wall.clock.advance(24h * 7);
    std::map<std::string, int> outcomes;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        ++outcomes[wall.say(recorded[i])];
        if (i % 5 == 4) wall.clock.advance(125ms); // eight times as fast
        wall.state.settle(wall.clock.steady());
    }
    CHECK(outcomes["ok"] >= 195);
    CHECK(wall.state.judge().publishers().isReplay(wall.clock.steady()));
    CHECK_FALSE(wall.state.judge().publishers().hasClocks(wall.clock.steady()));
    CHECK(wall.requests() == 500);
}

TEST_CASE("the number and the names of nodes are bounded, for one publisher and for all", "[fleet-time]") {
    FleetOfClocks fleet;
    Roster large = roster({.publisher = "a", .nodes = 1});
    large.nodes.assign(limits::kNodesPerMessage,
                       {std::string(100, 'n'), Role::edge, "nginx", FieldSet::all(), 1});
    REQUIRE_FALSE(fleet.state.apply(large, fleet.clock.arrival()));
    large.pop = "CDG";
    large.header.sequence = 2;
    const auto refused = fleet.state.apply(large, fleet.clock.arrival());
    REQUIRE(refused);
    CHECK(refused->reason == Refusal::full);
    CHECK(fleet.state.places().at("LHR")->nodes.size() == limits::kNodesPerMessage);
}

TEST_CASE("one who says that all is rehearsed does not silence those who report what is now", "[fleet]") {
    FleetOfClocks fleet;
    std::vector<Reporter> agents{{.name = "LHR/edge-0"}, {.name = "LHR/edge-1"}, {.name = "LHR/edge-2"}};
    for (int s = 0; s < 10; ++s)
        REQUIRE(fleet.second(agents) == 3);
    const auto epoch = fleet.state.epoch();
    // In another's name, and in its own; by a clock that is two hours ahead.
    for (const char* name : {"LHR/edge-0", "evil"}) {
        Global global;
        global.header = header({.publisher = name, .session = 666});
        global.header.sent = fleet.clock.wall() + 2h;
        global.header.intervalEnd = std::chrono::floor<seconds>(global.header.sent);
        global.rehearsal = true;
        const auto refused = fleet.state.apply(global, fleet.clock.arrival());
        REQUIRE(refused);
        CHECK(refused->reason == Refusal::notOfNow);
    }
    CHECK_FALSE(fleet.state.global());
    fleet.clock.advance(200ms);
    for (int s = 0; s < 10; ++s)
        CHECK(fleet.second(agents) == 3);
    CHECK(fleet.state.epoch() == epoch);
}

TEST_CASE("two sessions forged at once do not end the one that speaks", "[fleet]") {
    FleetOfClocks fleet;
    std::vector<Reporter> agents{{.name = "LHR/edge-0"}, {.name = "LHR/edge-1"}, {.name = "LHR/edge-2"}};
    for (int s = 0; s < 10; ++s)
        REQUIRE(fleet.second(agents) == 3);
    for (const std::uint64_t session : {666U, 667U}) {
        Reporter forger{.name = "LHR/edge-0", .session = session};
        fleet.say(fleet.reportOf(forger));
    }
    fleet.clock.advance(200ms);
    CHECK(fleet.second(agents) == 2); // of one the forger has told this second, and nobody tells it twice
    CHECK(fleet.second(agents) == 3);
    REQUIRE(fleet.complaints().size() == 1);
    CHECK(fleet.complaints()[0].starts_with("two are called LHR/edge-0"));
}
