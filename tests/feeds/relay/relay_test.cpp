// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/relay.h"
#include "feeds/relay/roster_file.h"
#include "feeds/state/fleet_state.h"

#include "tests/feeds/relay/heard_above.h"
#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <map>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

/// A relay, its agents, and what goes up from it.
struct RelayedSite {
    TestClock clock;
    HeardAbove above{"relay", clock};
    Relay relay{PopCatalogue::builtIn(), above};
    std::map<std::string, std::uint64_t> sequences;

    std::string report(const std::string& agent, std::int64_t second, ReportOptions o = {}) {
        o.publisher = agent;
        o.second = kStart + second;
        o.sequence = ++sequences[agent + "pop" + o.pop];
        auto message = popReport(o);
        message.header.sent = clock.wall();
        return words(relay.apply(message, clock.arrival()));
    }
    std::string listed(const std::string& agent, std::uint64_t nodes = 1, ReportOptions o = {}) {
        o.publisher = agent;
        o.sequence = ++sequences[agent + "roster" + o.pop];
        o.nodes = nodes;
        return words(relay.apply(roster(o), clock.arrival()));
    }
    std::string columns(const std::string& agent, std::int64_t second, std::uint64_t nodes = 1) {
        ReportOptions o{.publisher = agent, .second = kStart + second, .nodes = nodes};
        o.sequence = ++sequences[agent + "node"];
        return words(relay.apply(nodeColumns(o), clock.arrival()));
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        relay.tick(clock.steady());
    }
    /// The whole second after `second` has begun, by everybody's clock.
    void begin(std::int64_t second) {
        pass(std::chrono::ceil<std::chrono::milliseconds>(WallTime(feedSecond(kStart + second)) -
                                                          clock.wall()));
    }
    static std::string words(const std::optional<Refused>& refused) {
        return refused ? std::string(wordsFor(refused->reason)) : "ok";
    }
    /// What went up of a second, all in all.
    PopTotals upOf(std::int64_t second, bool corrections = true) const {
        PopTotals sum;
        for (const auto& report : above.reports)
            if (report.header.intervalEnd == feedSecond(kStart + second) &&
                (corrections || !report.header.correction))
                sum.merge(report.totals);
        return sum;
    }
    /// Two agents that the relay knows, a second ago.
    void beginWithTwo() {
        report("a", 0);
        report("b", 0);
        pass(300ms);
        above.reports.clear();
        begin(1);
    }
};

} // namespace

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

TEST_CASE("rosters merge into one a PoP, in the same order at each relay", "[relay]") {
    RelayedSite site;
    site.listed("b", 2);
    site.listed("a", 1);
    site.listed("c", 3, {.pop = "CDG"});
    site.pass(300ms);
    REQUIRE(site.above.rosters.size() == 2);
    const auto& lhr = site.above.rosters.at("LHR");
    REQUIRE(lhr.nodes.size() == 3);
    CHECK(lhr.nodes[0].name == "a-0");
    CHECK(lhr.nodes[2].name == "b-1");
    REQUIRE(lhr.agents.size() == 2);
    CHECK(lhr.agents[1] == RosterAgent{"b", 2, site.clock.wall() - 300ms});
    const auto epoch = lhr.epoch;

    site.listed("b", 2); // the same again
    site.pass(2s);
    CHECK(site.above.rosters.at("LHR").epoch == epoch);
    site.listed("d", 1);
    site.pass(2s);
    CHECK(site.above.rosters.at("LHR").epoch > epoch);
    CHECK(site.above.rosters.at("LHR").nodes.size() == 4);
}

TEST_CASE("who died stays on the roster, who said farewell does not", "[relay]") {
    RelayedSite site;
    site.listed("a", 1);
    site.listed("b", 2);
    site.report("a", 0);
    site.report("b", 0);
    site.pass(3600s); // both died
    CHECK(site.above.rosters.at("LHR").nodes.size() == 3);
    site.listed("b", 0);
    site.pass(2s);
    CHECK(site.above.rosters.at("LHR").nodes.size() == 1);
    CHECK(site.listed("never-there", 0) == "message of an ended session");
}

TEST_CASE("a site that comes back sends one roster a second, not one an agent", "[relay]") {
    RelayedSite site;
    for (int agent = 0; agent < 100; ++agent) {
        site.listed("a" + std::to_string(agent));
        site.pass(10ms);
    }
    site.pass(2s);
    CHECK(site.above.rosters.at("LHR").nodes.size() == 100);
    CHECK(site.above.rostersSent <= 3);
}

TEST_CASE("rosters are kept over a restart", "[relay]") {
    RelayedSite before;
    before.listed("a", 3);
    before.listed("gone", 1);
    before.listed("gone", 0);
    before.pass(300ms);
    const auto bytes = rosterFileOf(before.relay, before.clock.wall());

    RelayedSite after;
    const auto kept = parseRosterFile(bytes, "f");
    REQUIRE(kept);
    for (const auto& roster : *kept)
        CHECK_FALSE(after.relay.restore(roster, after.clock.steady()));
    after.pass(1ms);
    CHECK(after.above.rosters.at("LHR").nodes == before.above.rosters.at("LHR").nodes);
    CHECK(after.above.rosters.at("LHR").agents == before.above.rosters.at("LHR").agents);
}

TEST_CASE("a file of rosters that is cut or changed is refused, saying what", "[relay]") {
    RelayedSite site;
    site.listed("a", 3);
    const auto bytes = rosterFileOf(site.relay, site.clock.wall());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = parseRosterFile(std::string_view(bytes).substr(0, size), "f");
        REQUIRE_FALSE(cut);
        CHECK(cut.error().starts_with("f: "));
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        CHECK_FALSE(parseRosterFile(damaged, "f"));
    }
}

TEST_CASE("node columns go up by the merged roster, if somebody looks", "[relay]") {
    RelayedSite site;
    site.listed("b", 2);
    site.listed("a", 1);
    CHECK(site.columns("a", 0) == "ok");
    site.pass(300ms);
    CHECK(site.above.columns.empty());

    site.above.wants = {"node/LHR"};
    site.begin(1);
    CHECK(site.columns("b", 1, 2) == "ok");
    CHECK(site.columns("a", 1, 1) == "ok");
    site.pass(300ms);
    REQUIRE(site.above.columns.size() == 1);
    const auto& columns = site.above.columns.front();
    CHECK(columns.nodeCount == 3);
    CHECK(columns.rosterEpoch == site.above.rosters.at("LHR").epoch);
    const auto a = nodeColumns({.publisher = "a", .nodes = 1});
    const auto b = nodeColumns({.publisher = "b", .nodes = 2});
    for (const auto column : {NodeColumn::requests, NodeColumn::saturation})
        CHECK(columns[column] == std::vector<std::uint32_t>{a[column][0], b[column][0], b[column][1]});

    site.begin(2);
    site.columns("b", 2, 2);
    site.pass(300ms);
    CHECK_FALSE(site.above.columns.back().isHeard(0)); // a said nothing
    CHECK(site.above.columns.back().isHeard(1));
    CHECK(site.columns("a", 3, 7) == "columns without their roster");
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

TEST_CASE("nodes of a twin are told above as expected", "[relay]") {
    RelayedSite site;
    const auto say = [&](std::uint64_t session, std::uint64_t sequence, std::int64_t second) {
        auto message = popReport({.publisher = "a",
                                  .second = kStart + second,
                                  .sequence = sequence,
                                  .session = session,
                                  .nodes = 2});
        message.header.sent = site.clock.wall();
        return RelayedSite::words(site.relay.apply(message, site.clock.arrival()));
    };
    for (int second = 0; second < 4; ++second) {
        if (second > 0) site.begin(second);
        say(1, static_cast<std::uint64_t>(second + 1), second);
        site.pass(200ms);
        say(2, static_cast<std::uint64_t>(second + 1), second);
        site.pass(200ms);
    }
    CHECK(site.above.reports.back().twinNodes == 2);
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
