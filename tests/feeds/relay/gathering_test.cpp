// SPDX-License-Identifier: GPL-3.0-or-later
// Whose nodes there are: rosters, their columns, twins, and what is kept over a restart.
#include "feeds/relay/gathering.h"
#include "feeds/relay/roster_file.h"
#include "feeds/state/fleet_state.h"

#include "tests/feeds/relay/relayed_site.h"
#include "tests/support/catch.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

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
