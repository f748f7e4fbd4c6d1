// SPDX-License-Identifier: GPL-3.0-or-later
// Wrong clocks, and what comes late or out of its order: what time it is for a wall.
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

TEST_CASE("one wrong clock of thirty is corrected and named, and darkens nobody", "[fleet-time]") {
    const auto [ahead, words] = GENERATE(std::pair(9'000, "9.0 s ahead"), std::pair(60'000, "60 s ahead"),
                                         std::pair(-9'000, "9.0 s behind"), std::pair(-60'000, "60 s behind"),
                                         std::pair(-3'600'000, "60 min behind"));
    FleetOfClocks fleet;
    auto all = reporters(30);
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
    auto all = reporters(10);
    all[3].ahead = -60s;
    const auto lagged = [&](Reporter& agent) {
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
    auto all = reporters(19);
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
    auto all = reporters(10);
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
    auto all = reporters(2);
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
    auto all = reporters(10);
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
    auto all = reporters(10);
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
    auto relay = reporters(1); // with nobody beside that tells the time
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
    std::vector<Reporter> relay{{.name = "relay", .pop = "LHR"}, {.name = "relay", .pop = "AMS"}};
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
