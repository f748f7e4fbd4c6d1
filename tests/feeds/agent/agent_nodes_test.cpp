// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/agent_rig.h"
#include "tests/support/catch.h"
#include "tests/support/http_responder.h"
#include "tests/support/udp_sender.h"

#include <string>
#include <vector>

using namespace surgescope::tests;

TEST_CASE("an agent of many nodes reports each PoP, and silent nodes as silent", "[agent]") {
    HttpResponder here(page(10, 100));
    HttpResponder there(page(10, 100));
    const HttpResponder silent("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    AgentRig rig("lines=udp:0");
    const auto at = [&](const std::string& name, const std::string& url, const std::string& pop) {
        NodePlan plan = rig.node(name, {"nginx status=" + url}, pop);
        plan.collect.pop_back(); // asked from afar, so nothing is known of its machine
        return plan;
    };
    REQUIRE_FALSE(rig.agent->reload(
        {at("a", here.url(), "EWR"), at("c", there.url(), "LHR"), at("b", silent.url(), "EWR")}));
    rig.begin();
    here.setAnswer(page(21, 151));
    there.setAnswer(page(12, 109));
    rig.step(1000ms);
    REQUIRE(rig.publisher.reports.size() == 2);
    CHECK(rig.publisher.reports[0].pop == "EWR");
    CHECK(rig.publisher.reports[0].totals[Counter::requests] == 50);
    CHECK(rig.publisher.reports[0].totals[Counter::node_seconds] == 1);
    CHECK_FALSE(rig.publisher.reports[0].totals.measuredByAll.has(Counter::requests));
    CHECK(rig.publisher.reports[1].pop == "LHR");
    CHECK(rig.publisher.reports[1].totals[Counter::requests] == 8);
    const auto& row = rig.publisher.columns[0];
    CHECK(row.nodeCount == 2);
    CHECK(row.isHeard(0));
    CHECK_FALSE(row.isHeard(1));
    CHECK(row[NodeColumn::requests] == std::vector<std::uint32_t>{50, 0});
    REQUIRE(rig.publisher.rosters.size() == 2);
    CHECK(rig.publisher.rosters[0].nodes[1].name == "b");
    CHECK(rig.publisher.rosters[0].nodes[1].measures.has(Counter::requests)); // it could

    // Those that stay go on as they were; those that go are taken off, their PoP as well.
    REQUIRE_FALSE(rig.agent->reload({at("a", here.url(), "EWR")}));
    CHECK(rig.publisher.rosters.back().pop == "LHR");
    CHECK(rig.publisher.rosters.back().nodes.empty());
    here.setAnswer(page(22, 161));
    rig.step(1000ms);
    REQUIRE(rig.publisher.reports.size() == 3);
    CHECK(rig.publisher.reports[2].totals[Counter::requests] == 9);
    CHECK(rig.publisher.columns.back().nodeCount == 1);
    CHECK(rig.publisher.rosters.back().nodes.size() == 1);

    // One mistake, and all stays as it is.
    const auto error =
        rig.agent->reload({at("x", here.url(), "EWR"), rig.node("y", {"nginx lines=nowhere"})});
    REQUIRE(error);
    CHECK_THAT(error->text, containsText("EWR/y"));
    here.setAnswer(page(23, 171));
    rig.step(1000ms);
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 9);
    CHECK(rig.publisher.rosters.back().nodes[0].name == "a");
}

TEST_CASE("what came in while the nodes changed is not lost", "[agent]") {
    const HttpResponder slow("");
    AgentRig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    NodePlan kept = rig.agent->nodes().begin()->second->plan();
    NodePlan other = rig.node("slow", {"nginx status=" + slow.url()});
    REQUIRE_FALSE(rig.agent->reload({kept, other}));
    rig.begin();
    nginx.send(requestLine());
    rig.clock.advance(1000ms);
    rig.agent->turn(0ms);
    REQUIRE(rig.agent->settling()); // the other one has not answered
    REQUIRE_FALSE(rig.agent->reload({kept}));
    REQUIRE(rig.publisher.reports.size() == 1);
    CHECK(rig.publisher.reports[0].totals[Counter::requests] == 1);
}

TEST_CASE("a node that changes keeps its port, and owns up to the second it loses", "[agent]") {
    AgentRig rig("lines=udp:0");
    const auto lines = "lines=udp:" + std::to_string(rig.port());
    UdpSender nginx(rig.port());
    rig.begin();
    rig.step(1000ms);
    nginx.send(requestLine());
    nginx.send(requestLine());
    // Another setting of the same node, then the same source by another name.
    REQUIRE_FALSE(rig.agent->reload({rig.node("edge1", {"nginx api-prefix=/v2/ " + lines})}));
    rig.step(1000ms);
    CHECK(rig.publisher.reports.back().totals[Counter::log_lines_lost] == 2);
    REQUIRE_FALSE(rig.agent->reload({rig.node("edge2", {"nginx " + lines})}));
    nginx.send(requestLine());
    rig.step(1000ms);
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 1);
    CHECK(rig.publisher.rosters.back().nodes[0].name == "edge2");
    // What cannot be made leaves the one before, on its port.
    REQUIRE(
        rig.agent->reload({rig.node("edge3", {"nginx " + lines}), rig.node("edge4", {"nginx " + lines})}));
    nginx.send(requestLine());
    rig.step(1000ms);
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 1);
    CHECK(rig.publisher.rosters.back().nodes[0].name == "edge2");
}
