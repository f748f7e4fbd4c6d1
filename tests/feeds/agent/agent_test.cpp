// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/agent_rig.h"
#include "tests/support/catch.h"
#include "tests/support/http_responder.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/udp_sender.h"

#include <string>
#include <vector>

using namespace surgescope::tests;

TEST_CASE("each whole second makes one report and one row", "[agent]") {
    AgentRig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    rig.begin();
    CHECK(rig.publisher.reports.empty());
    nginx.send(requestLine());
    nginx.send(requestLine("/api/x"));
    nginx.send("rubbish");
    rig.step(600ms);
    rig.step(300ms);
    CHECK(rig.publisher.reports.empty());
    rig.step(100ms);
    rig.step(0ms);
    CHECK(rig.ends() == Seconds{kBegin + 1});
    nginx.send(requestLine());
    rig.step(1000ms);
    rig.step(999ms);
    rig.step(2ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 2, kBegin + 3});

    const auto& first = rig.publisher.reports.front();
    CHECK(first.pop == "EWR");
    CHECK(first.totals[Counter::requests] == 2);
    CHECK(first.totals[Counter::api_requests] == 1);
    CHECK(first.totals[Counter::log_lines_lost] == 1);
    CHECK(first.totals[Counter::node_seconds] == 1);
    CHECK(rig.publisher.reports[1].totals[Counter::requests] == 1);
    CHECK(rig.publisher.reports[2].totals[Counter::requests] == 0);

    REQUIRE(rig.publisher.columns.size() == 3);
    const auto& row = rig.publisher.columns.front();
    CHECK(row.pop == "EWR");
    CHECK(row.header.intervalEnd == first.header.intervalEnd);
    CHECK(row.nodeCount == 1);
    CHECK(row.isHeard(0));
    CHECK(row[NodeColumn::requests] == std::vector<std::uint32_t>{2});

    REQUIRE(rig.publisher.rosters.size() == 1);
    const auto& roster = rig.publisher.rosters.front();
    CHECK(roster.pop == "EWR");
    CHECK(roster.epoch == row.rosterEpoch);
    REQUIRE(roster.nodes.size() == 1);
    CHECK(roster.nodes[0].name == "edge1");
    CHECK(roster.nodes[0].measures.has(Counter::cache_hits));
    CHECK_FALSE(roster.nodes[0].measures.has(Distribution::ttfb_hit));
    CHECK(roster.nodes[0].measures.has(Counter::memory_permille_seconds));
    CHECK(rig.publisher.ticks > 0);
}

TEST_CASE("a clock that is set never makes a second come twice or late", "[agent]") {
    AgentRig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    rig.begin();
    rig.step(1000ms);
    rig.clock.now -= 3s; // set back
    for (int i = 0; i < 3; ++i) {
        nginx.send(requestLine());
        rig.step(1000ms);
    }
    CHECK(rig.ends() == Seconds{kBegin + 1});
    rig.step(1000ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 2});
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 3); // nothing was lost
    rig.clock.now += 3600s;                                             // set forward
    rig.step(1000ms);
    rig.step(1000ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 2, kBegin + 3603, kBegin + 3604});
}

TEST_CASE("a clock that was an hour ahead and is corrected silences nobody for an hour", "[agent]") {
    AgentRig rig("lines=udp:0");
    rig.clock.now += 3600s;
    rig.begin();
    rig.step(1000ms);
    CHECK(rig.publisher.sessions == 1);
    rig.clock.now -= 3600s;
    for (int i = 0; i < 4; ++i)
        rig.step(1000ms);
    CHECK(rig.publisher.sessions == 2);
    REQUIRE(rig.ends().size() >= 3);
    CHECK(rig.ends().front() == kBegin + 3601);
    CHECK(rig.ends().back() == kBegin + 5);
}

TEST_CASE("what came in over longer than an interval may last is owned up to as lost", "[agent]") {
    AgentRig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    rig.begin();
    rig.step(1000ms);
    nginx.send(requestLine());
    nginx.send("rubbish");
    rig.step(60s); // stopped in a debugger, say
    CHECK(rig.ends() == Seconds{kBegin + 1});
    rig.step(1000ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 62});
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 0);
    CHECK(rig.publisher.reports.back().totals[Counter::log_lines_lost] == 2);
}

TEST_CASE("nginx goes away and comes back", "[agent]") {
    HttpResponder responder(page(10, 100));
    AgentRig rig("max-connections=10 status=" + responder.url());
    rig.begin();
    responder.setAnswer(page(21, 151)); // ten connections and fifty requests, and ours
    rig.step(1000ms);
    responder.setAnswer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    rig.step(1000ms);
    responder.setAnswer(page(3, 4));
    rig.step(1000ms);
    responder.setAnswer(page(4, 7));
    rig.step(1000ms);
    REQUIRE(rig.ends() == Seconds{kBegin + 1, kBegin + 2, kBegin + 3, kBegin + 4});

    const auto& reports = rig.publisher.reports;
    CHECK(reports[0].totals[Counter::requests] == 50);
    CHECK(reports[0].totals[Counter::connections_accepted] == 10);
    CHECK(reports[0].totals[Counter::connection_seconds] == 2);
    CHECK(reports[0].totals[Counter::saturation_permille_seconds] == 250);
    CHECK(reports[0].totals[Counter::node_seconds] == 1);
    CHECK(reports[1].totals[Counter::node_seconds] == 0);
    CHECK(reports[1].totals[Counter::requests] == 0);
    CHECK_FALSE(reports[1].totals.measuredByAny.has(Counter::requests));
    CHECK(reports[2].totals[Counter::requests] == 0);
    CHECK(reports[3].totals[Counter::requests] == 2);
    CHECK(reports[3].totals[Counter::node_seconds] == 1);

    const auto& columns = rig.publisher.columns;
    CHECK(columns[0].isHeard(0));
    CHECK_FALSE(columns[1].isHeard(0));
    CHECK(columns[1][NodeColumn::requests].empty());
    CHECK(columns[1][NodeColumn::memory] == std::vector<std::uint32_t>{150}); // the host is still there
    CHECK(columns[3].isHeard(0));

    REQUIRE(rig.publisher.rosters.size() == 1); // being away is no change of the node
    CHECK(rig.publisher.rosters[0].nodes[0].server == "nginx 1.22.1");
    CHECK_FALSE(rig.publisher.rosters[0].nodes[0].measures.has(Counter::cache_hits));
}

TEST_CASE("another server on the node is another roster", "[agent]") {
    HttpResponder responder(page(10, 100));
    AgentRig rig("status=" + responder.url());
    rig.begin();
    rig.step(1000ms);
    responder.setAnswer(
        HttpResponder::page("Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n"
                            "Reading: 0 Writing: 1 Waiting: 0 \n",
                            "nginx/1.26.3"));
    rig.step(1000ms);
    REQUIRE(rig.publisher.rosters.size() == 2);
    CHECK(rig.publisher.rosters[1].nodes[0].server == "nginx 1.26.3");
    CHECK(rig.publisher.rosters[1].epoch == rig.publisher.rosters[0].epoch + 1);
    CHECK(rig.publisher.columns[1].rosterEpoch == rig.publisher.rosters[1].epoch);
}

TEST_CASE("a clean stop is a farewell", "[agent]") {
    AgentRig rig("lines=udp:0");
    rig.begin();
    rig.step(1000ms);
    rig.agent->farewell();
    REQUIRE(rig.publisher.rosters.size() == 2);
    CHECK(rig.publisher.rosters.back().pop == "EWR");
    CHECK(rig.publisher.rosters.back().nodes.empty());
    CHECK(rig.publisher.rosters.back().epoch == rig.publisher.rosters.front().epoch + 1);
    CHECK(rig.publisher.reports.size() == 1);
}

TEST_CASE("waiting ends with the second, with a line, or when told to stop", "[agent]") {
    AgentRig rig("lines=udp:0");
    rig.begin();
    rig.clock.advance(999ms);
    const SystemClock real;
    const SteadyTime before = real.steady();
    rig.agent->turn(60s); // a millisecond is left of the second
    CHECK(secondsBetween(before, real.steady()) < 5.0);
    rig.clock.now -= 3600s;
    const SteadyTime behind = real.steady();
    rig.agent->turn(60s); // an hour to go: looks at the clock each second, and does not spin
    CHECK(secondsBetween(behind, real.steady()) >= 0.9);
    CHECK(secondsBetween(behind, real.steady()) < 10.0);
}

TEST_CASE("a port that is taken is refused, with the node whose it should be", "[agent]") {
    AgentRig rig("lines=udp:0");
    const auto port = std::to_string(rig.port());
    const auto second = Agent::open({rig.node("b", {"nginx lines=udp:" + port})}, rig.clock, rig.publisher);
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error(), containsText(port) && containsText("EWR/b: nginx:"));
}

TEST_CASE("a real nginx is reported, lost when it is killed and found again", "[agent][real]") {
    // The fixture needs the port before the agent needs the fixture's address: a socket holds it for a
    // moment.
    const std::uint16_t port = AgentRig("lines=udp:0").port();
    NginxFixture nginx(port);
    nginx.start();
    nginx.putObject("/audio/1", "sound");
    AgentRig rig("lines=udp:" + std::to_string(port) + " status=" + nginx.statusUrl());
    rig.begin();
    for (int i = 0; i < 10; ++i)
        nginx.get("/audio/1");
    REQUIRE(nginx.accessLogLines(10).size() == 10);
    rig.step(1000ms);
    nginx.kill();
    rig.step(1000ms);
    nginx.restart();
    nginx.get("/audio/1");
    REQUIRE(nginx.accessLogLines(11).size() == 11);
    rig.step(1000ms);

    const auto& reports = rig.publisher.reports;
    REQUIRE(reports.size() == 3);
    CHECK(reports[0].totals[Counter::requests] == 10);
    CHECK(reports[0].totals[Counter::cache_hits] == 9);
    CHECK(reports[0].totals[Counter::connections_accepted] == 10);
    CHECK(reports[0].totals[Counter::node_seconds] == 1);
    CHECK(reports[1].totals[Counter::node_seconds] == 0);
    CHECK_FALSE(rig.publisher.columns[1].isHeard(0));
    CHECK(reports[2].totals[Counter::node_seconds] == 1);
    CHECK(reports[2].totals[Counter::requests] == 1);
    CHECK(rig.publisher.rosters[0].nodes[0].server.starts_with("nginx 1."));
}
