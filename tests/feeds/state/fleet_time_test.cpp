// SPDX-License-Identifier: GPL-3.0-or-later
// Wrong clocks, twins, restarts and old queues: what a fleet of many publishers does to a wall.
#include "feeds/state/fleet_state.h"
#include "feeds/wire/limits.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

/// One agent as it really is: it reports the second that its own clock says has just ended.
struct Agent {
    std::string name;
    std::string pop = "LHR";
    std::chrono::milliseconds ahead{0}; // of the right time
    std::uint64_t session = 1;
    std::uint64_t requests = 100;
    TimeSource timeSource = TimeSource::clock;
    std::uint64_t sequence = 0;
};

struct FleetOfClocks {
    TestClock clock;
    FleetState state{PopCatalogue::builtIn()};
    std::map<std::string, std::uint64_t> outcomes; // by words, of the newest second

    PopReport reportOf(Agent& agent) {
        const auto itsTime = clock.wall() + agent.ahead;
        const auto second = std::chrono::floor<seconds>(itsTime);
        auto report = popReport({.publisher = agent.name,
                                 .pop = agent.pop,
                                 .second = unixSeconds(second),
                                 .sequence = ++agent.sequence,
                                 .session = agent.session,
                                 .requests = agent.requests,
                                 .timeSource = agent.timeSource});
        report.header.sent = itsTime;
        return report;
    }
    std::string say(const PopReport& report) {
        const auto refused = state.apply(report, clock.arrival());
        return refused ? std::string(wordsFor(refused->reason)) : "ok";
    }
    /// Each reports once, a second passes; how many were accepted.
    std::uint64_t second(std::vector<Agent>& agents) {
        outcomes.clear();
        clock.advance(20ms);
        for (auto& agent : agents)
            ++outcomes[say(reportOf(agent))];
        state.settle(clock.steady());
        clock.advance(980ms);
        return outcomes["ok"];
    }
    /// Requests of the settled second, of a PoP.
    std::uint64_t requests(const std::string& pop = "LHR") {
        const auto* totals = state.places().at(pop)->rollup.totals(*state.settled());
        return totals ? (*totals)[Counter::requests] : 0;
    }
    std::vector<std::string> complaints() {
        std::vector<std::string> texts;
        for (const auto& complaint : state.judge().publishers().complaints(clock.steady(), 10).worst)
            texts.push_back(complaint);
        return texts;
    }
};

std::vector<Agent> agents(int count, const std::string& pop = "LHR") {
    std::vector<Agent> fleet;
    for (int i = 0; i < count; ++i)
        fleet.push_back({.name = pop + "/edge-" + std::to_string(i), .pop = pop});
    return fleet;
}

} // namespace

TEST_CASE("one wrong clock of thirty is corrected and named, and darkens nobody", "[fleet-time]") {
    const auto [ahead, words] = GENERATE(std::pair(9'000, "9.0 s ahead"), std::pair(60'000, "60 s ahead"),
                                         std::pair(-9'000, "9.0 s behind"), std::pair(-60'000, "60 s behind"),
                                         std::pair(-3'600'000, "60 min behind"));
    FleetOfClocks fleet;
    auto all = agents(30);
    for (int s = 0; s < 20; ++s)
        CHECK(fleet.second(all) == 30);
    const auto epoch = fleet.state.epoch();
    const auto sinceStart = fleet.state.sinceStart()[Counter::requests];
    // One restarts with a wrong clock.
    all[7].ahead = std::chrono::milliseconds(ahead);
    all[7].session = 2;
    all[7].sequence = 0;
    for (int s = 0; s < 5; ++s)
        CHECK(fleet.second(all) >= 29); // while it is not known yet whether it is behind or late
    for (int s = 0; s < 600; ++s) {
        REQUIRE(fleet.second(all) == 30);
        REQUIRE(fleet.requests() == 3'000);
    }
    CHECK(fleet.complaints() ==
          std::vector<std::string>{"clock of LHR/edge-7 is " + std::string(words) + ": corrected"});
    CHECK(fleet.state.epoch() == epoch);
    CHECK(fleet.state.sinceStart()[Counter::requests] >= sinceStart + 604 * 3'000 - 5 * 100);
    CHECK(fleet.state.judge().corrected() >= 600);
}

TEST_CASE("lags measured by a wrong clock are not merged, and the PoP is marked", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = agents(10);
    all[3].ahead = -60s;
    const auto lagged = [&](Agent& agent) {
        auto report = fleet.reportOf(agent);
        report.totals[Distribution::invalidation_lag].record(agent.ahead == 0s ? 1'000 : 60'000'000);
        return report;
    };
    for (int s = 0; s < 20; ++s) {
        for (auto& agent : all)
            fleet.say(lagged(agent));
        fleet.state.settle(fleet.clock.steady());
        fleet.clock.advance(1s);
    }
    const auto& totals = *fleet.state.places().at("LHR")->rollup.totals(*fleet.state.settled());
    CHECK(totals[Distribution::invalidation_lag].count() == 9);
    CHECK(totals[Distribution::invalidation_lag].max() == 1'000);
    CHECK(totals[Distribution::clock_offset].max() == 60'000'000);
    CHECK_FALSE(totals.measuredByAll.has(Distribution::invalidation_lag));
}

TEST_CASE("alone in its PoP and five minutes behind: its values are of now", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = agents(19);
    all.push_back({.name = "CDG/edge-0", .pop = "CDG", .ahead = -5min});
    for (int s = 0; s < 30; ++s)
        fleet.second(all);
    CHECK(fleet.requests("CDG") == 100);
    CHECK(fleet.state.places().at("CDG")->rollup.newest() == fleet.state.places().at("LHR")->rollup.newest());
    CHECK(fleet.complaints() == std::vector<std::string>{"clock of CDG/edge-0 is 5 min behind: corrected"});
}

TEST_CASE("started an hour ahead and then corrected, by a restart or by NTP, it is heard at once",
          "[fleet-time]") {
    const bool restarts = GENERATE(true, false);
    FleetOfClocks fleet;
    auto all = agents(10);
    all[0].ahead = 1h;
    all[0].session = 1'795'003'600'000'000;
    for (int s = 0; s < 20; ++s)
        fleet.second(all);
    all[0].ahead = 0s;
    if (restarts) {
        all[0].session = 1'795'000'020'000'000;
        all[0].sequence = 0;
    }
    for (int s = 0; s < 40; ++s)
        CHECK(fleet.second(all) == 10);
    CHECK(fleet.requests() == 1'000);
    CHECK(fleet.complaints().empty());
}

TEST_CASE("two publishers that differ: both are kept, and the wall says that they differ", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = agents(2);
    all[1].ahead = -60s;
    for (int s = 0; s < 30; ++s)
        fleet.second(all);
    CHECK(fleet.requests() == 200);
    REQUIRE(fleet.complaints().size() == 1);
    CHECK(fleet.complaints()[0] ==
          "clocks differ: that of LHR/edge-1 is 60 s behind, and no majority tells who is right");
}

TEST_CASE("when the whole feed differs from this machine's clock, it is told by how much", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = agents(10);
    for (auto& agent : all)
        agent.ahead = -5min;
    for (int s = 0; s < 10; ++s)
        CHECK(fleet.second(all) == 10);
    REQUIRE(fleet.state.judge().publishers().consensus());
    CHECK(fleet.state.judge().publishers().consensus()->offset >= 5min);
    CHECK(fleet.state.judge().publishers().consensus()->offset < 5min + 100ms);
    CHECK(fleet.complaints().empty());
    CHECK(fleet.requests() == 1'000);
}

TEST_CASE("what a reconnecting agent had queued is late, and its clock is not called wrong", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = agents(10);
    for (int s = 0; s < 20; ++s)
        fleet.second(all);
    auto others = std::vector(all.begin(), all.end() - 1);
    auto& away = all.back();
    std::vector<PopReport> queued;
    for (int s = 0; s < 60; ++s) {
        fleet.clock.advance(10ms);
        queued.push_back(fleet.reportOf(away));
        fleet.clock.advance(-10ms);
        fleet.second(others);
    }
    std::map<std::string, int> outcomes;
    for (const auto& report : queued)
        ++outcomes[fleet.say(report)];
    CHECK(outcomes["too late"] > 40);
    CHECK(outcomes["ok"] >= 7); // of seconds that are still open
    CHECK(outcomes["ok"] + outcomes["too late"] == 60);
    for (auto& agent : others)
        agent.sequence = all[0].sequence + 60;
    others.push_back(away);
    for (int s = 0; s < 10; ++s) {
        // The last of what was queued came as from a clock that is a second behind, and has this place.
        CHECK(fleet.second(others) == (s == 0 ? 9 : 10));
        CHECK(fleet.complaints().empty());
    }
    CHECK(fleet.state.judge().gaps().counts().lost == 0);
}

TEST_CASE("a roster that comes late, out of a stream, is no clock that was set back", "[fleet-time]") {
    FleetOfClocks fleet;
    auto relay = agents(1); // with nobody beside that tells the time
    for (int s = 0; s < 60; ++s)
        CHECK(fleet.second(relay) == 1);
    const auto epoch = fleet.state.epoch();
    const auto counted = fleet.state.sinceStart()[Counter::requests];
    auto late = roster({.publisher = relay[0].name, .sequence = 1, .session = relay[0].session});
    late.header.sent = fleet.clock.wall() - 45s;
    CHECK_FALSE(fleet.state.apply(late, fleet.clock.arrival()));
    for (int s = 0; s < 10; ++s)
        CHECK(fleet.second(relay) == 1);
    CHECK(fleet.state.epoch() == epoch);
    CHECK(fleet.state.sinceStart()[Counter::requests] == counted + 10 * 100);
}

TEST_CASE("what comes again out of its order, by topics, is no clock that was set back", "[fleet-time]") {
    FleetOfClocks fleet;
    // A stream that finds a leader takes some of what is said now before what was said in between.
    std::vector<Agent> relay{{.name = "relay", .pop = "LHR"}, {.name = "relay", .pop = "AMS"}};
    for (int s = 0; s < 60; ++s)
        CHECK(fleet.second(relay) == 2);
    const auto epoch = fleet.state.epoch();
    const auto counted = fleet.state.sinceStart()[Counter::requests];
    std::vector<PopReport> queued;
    for (int s = 0; s < 12; ++s) {
        for (auto& pop : relay)
            queued.push_back(fleet.reportOf(pop));
        fleet.clock.advance(1s);
    }
    std::rotate(queued.begin(), queued.end() - 2, queued.end() - 1); // the newest of LHR
    std::map<std::string, int> outcomes;
    for (const auto& report : queued) {
        ++outcomes[fleet.say(report)];
        fleet.state.settle(fleet.clock.steady());
    }
    CHECK(outcomes == std::map<std::string, int>{{"ok", 12 + 8}, {"too late", 4}});
    for (int s = 0; s < 10; ++s)
        CHECK(fleet.second(relay) == 2);
    CHECK(fleet.state.epoch() == epoch);
    CHECK(fleet.state.sinceStart()[Counter::requests] == counted + (12 + 8 + 20) * 100);
}

TEST_CASE("two nodes of one name: the first counts, the other is named and missing", "[fleet-time]") {
    FleetOfClocks fleet;
    auto all = agents(3);
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
    auto all = agents(1);
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
    auto all = agents(2);
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
    auto all = agents(4);
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
    auto all = agents(1);
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
    auto all = agents(3);
    std::vector<Agent> played{
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
    auto all = agents(5);
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
    std::vector<Agent> agents{{.name = "LHR/edge-0"}, {.name = "LHR/edge-1"}, {.name = "LHR/edge-2"}};
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
    std::vector<Agent> agents{{.name = "LHR/edge-0"}, {.name = "LHR/edge-1"}, {.name = "LHR/edge-2"}};
    for (int s = 0; s < 10; ++s)
        REQUIRE(fleet.second(agents) == 3);
    for (const std::uint64_t session : {666U, 667U}) {
        Agent forger{.name = "LHR/edge-0", .session = session};
        fleet.say(fleet.reportOf(forger));
    }
    fleet.clock.advance(200ms);
    CHECK(fleet.second(agents) == 2); // of one the forger has told this second, and nobody tells it twice
    CHECK(fleet.second(agents) == 3);
    REQUIRE(fleet.complaints().size() == 1);
    CHECK(fleet.complaints()[0].starts_with("two are called LHR/edge-0"));
}
