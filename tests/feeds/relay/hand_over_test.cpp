// SPDX-License-Identifier: GPL-3.0-or-later
// Two relays of one site, and a wall above both: each node is expected once, whoever speaks for it.
#include "feeds/relay/relay.h"
#include "feeds/state/fleet_state.h"

#include "tests/feeds/relay/heard_above.h"
#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct TwoRelays {
    TestClock clock;
    HeardAbove fromA{"A", clock};
    HeardAbove fromB{"B", clock};
    Relay a{PopCatalogue::builtIn(), fromA};
    Relay b{PopCatalogue::builtIn(), fromB};
    FleetState wall{PopCatalogue::builtIn()};

    void list(Relay& relay, const std::string& agent, std::uint64_t session, std::uint64_t nodes,
              std::uint64_t sequence = 1) {
        ReportOptions o{.publisher = agent, .sequence = sequence, .session = session, .nodes = nodes};
        REQUIRE_FALSE(relay.apply(roster(o), clock.arrival()));
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        for (auto* relay : {&a, &b})
            relay->tick(clock.steady());
        for (auto* said : {&fromA.said, &fromB.said}) {
            for (const auto& message : *said)
                std::visit([&](const auto& m) { CHECK_FALSE(wall.apply(m, clock.arrival())); }, message);
            said->clear();
        }
        wall.settle(clock.steady());
    }
};

} // namespace

TEST_CASE("nodes of an agent that moved to another relay are expected once", "[relay][hand-over]") {
    TwoRelays site;
    site.list(site.a, "x", 1, 3);
    site.list(site.a, "y", 1, 2);
    site.pass(1s);
    CHECK(site.wall.expectedNodes() == 5);
    site.list(site.b, "x", 2, 3); // moving begins a session
    site.pass(1s);
    CHECK(site.fromA.rosters.at("LHR").nodes.size() == 5); // A does not know
    CHECK(site.wall.expectedNodes() == 5);
    site.list(site.a, "x", 3, 3); // and back
    site.pass(2s);
    CHECK(site.wall.expectedNodes() == 5);
    const auto& blocks = site.wall.places().at("LHR")->nodes.blocks();
    CHECK(blocks.at("A").owned == 5);
    CHECK(blocks.at("B").owned == 0);
}

TEST_CASE("a farewell to the second relay is not undone by the first", "[relay][hand-over]") {
    TwoRelays site;
    site.list(site.a, "x", 1, 3);
    site.pass(1s);
    site.list(site.b, "x", 2, 3);
    site.pass(1s);
    site.list(site.b, "x", 2, 0, 2); // farewell
    site.pass(2s);
    CHECK(site.wall.expectedNodes() == 0);
    site.list(site.a, "z", 1, 1); // A tells its roster anew, x and all
    site.pass(2s);
    CHECK(site.wall.expectedNodes() == 1);
}

TEST_CASE("whatever the order in which a wall hears of two relays, it expects each node once",
          "[relay][hand-over]") {
    TwoRelays site;
    site.list(site.a, "x", 1, 3);
    site.pass(1s);
    site.list(site.b, "x", 2, 4); // it has grown meanwhile
    site.pass(1s);
    const auto fromA = site.fromA.rosters.at("LHR");
    const auto fromB = site.fromB.rosters.at("LHR");
    for (const auto& [first, second] : {std::pair(fromA, fromB), std::pair(fromB, fromA)}) {
        FleetState later(PopCatalogue::builtIn());
        CHECK_FALSE(later.apply(first, site.clock.arrival()));
        CHECK_FALSE(later.apply(second, site.clock.arrival()));
        later.settle(site.clock.steady());
        CHECK(later.places().at("LHR")->expectedNodes() == 4);
    }
}

TEST_CASE("an agent that leaves its relay for the wall is expected once", "[relay][hand-over]") {
    TwoRelays site;
    site.list(site.a, "x", 1, 3);
    site.pass(1s);
    auto direct = roster({.publisher = "x", .session = 2, .nodes = 3});
    direct.header.sent = site.clock.wall();
    CHECK_FALSE(site.wall.apply(direct, site.clock.arrival()));
    site.wall.settle(site.clock.steady());
    CHECK(site.wall.expectedNodes() == 3);
}

TEST_CASE("a relay that is forgotten leaves the nodes to who named them before", "[relay][hand-over]") {
    NodeTable table(SteadyTime{});
    const auto of = [](const std::string& relay, std::int64_t claimed, std::uint32_t nodes) {
        auto message = roster({.publisher = relay, .nodes = nodes});
        message.agents = {{"x", nodes, WallTime(std::chrono::seconds(kStart + claimed))}};
        return message;
    };
    table.apply(of("A", 0, 3));
    table.apply(of("B", 1, 3));
    CHECK(table.size() == 3);
    CHECK(table.blocks().at("A").owned == 0);
    table.apply(roster({.publisher = "B", .nodes = 0}));
    CHECK(table.size() == 3);
    CHECK(table.blocks().at("A").owned == 3);
    table.apply(roster({.publisher = "A", .nodes = 0}));
    CHECK(table.size() == 0);
}

TEST_CASE("corrections add to a wall's second, and do not make it wait for more", "[relay]") {
    TestClock clock;
    FleetState wall(PopCatalogue::builtIn());
    auto report = popReport({.publisher = "A", .sequence = 1, .requests = 10});
    CHECK_FALSE(wall.apply(report, clock.arrival()));
    report.header.sequence = 2;
    CHECK(wall.apply(report, clock.arrival())); // the same interval twice
    report.header.sequence = 3;
    report.header.correction = true;
    CHECK_FALSE(wall.apply(report, clock.arrival()));
    clock.advance(1s);
    auto next = popReport({.publisher = "A", .second = kStart + 1, .sequence = 4, .requests = 1});
    CHECK_FALSE(wall.apply(next, clock.arrival()));
    wall.settle(clock.steady());
    CHECK((*wall.world().totals(feedSecond(kStart)))[Counter::requests] == 20);
    CHECK(wall.settled() == feedSecond(kStart + 1)); // complete with one report, as the one before
    CHECK(wall.judge().gaps().counts().lost == 0);
}
