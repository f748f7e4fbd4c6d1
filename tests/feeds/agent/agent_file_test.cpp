// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent_file.h"
#include "feeds/agent/collector_kinds.h"

#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using surgescope::tests::containsText;

namespace {

Result<AgentFile> readAgent(const std::string& text) {
    return readAgentFile(text, "agent.toml", "this-host");
}

std::string refusal(const std::string& text) {
    const auto file = readAgent(text);
    REQUIRE_FALSE(file);
    return file.error();
}

} // namespace

TEST_CASE("an agent's file says which node it watches, and how", "[agent][file]") {
    const auto file = readAgent(R"(
name = "agents-1"
connect = ["tcp://wall:5556", "tcp://wall-2:5556"]
pop = "EWR"
role = "load-balancer"
[[collect]]
from = "nginx"
lines = "udp:15140"
max-connections = 100
[[collect]]
from = "host"
)");
    REQUIRE(file);
    CHECK(file->name == "agents-1");
    CHECK(file->connect == std::vector<std::string>{"tcp://wall:5556", "tcp://wall-2:5556"});
    REQUIRE(file->nodes.size() == 1);
    const NodePlan& node = file->nodes[0];
    CHECK(node.pop == "EWR");
    CHECK(node.name == "this-host");
    CHECK(node.role == Role::loadBalancer);
    REQUIRE(node.collect.size() == 2);
    CHECK(node.collect[0].kind == "nginx");
    CHECK(node.collect[0].settings.text("lines") == "udp:15140");
    CHECK(node.collect[0].settings.text("max-connections") == "100");
    CHECK(node.collect[1].kind == "host");
}

TEST_CASE("targets are many nodes at once, each by its host", "[agent][file]") {
    const auto file = readAgent(R"(
[[targets]]
pop = "EWR"
from = "nginx"
max-connections = 16384
urls = ["http://edge-1:18088/stub_status", "http://10.0.0.7:18088/stub_status"]
[[targets]]
pop = "LHR"
node = "edge-9"
collect = [{from = "nginx", status = "http://edge-9/status"}]
)");
    REQUIRE(file);
    REQUIRE(file->nodes.size() == 3);
    CHECK(file->nodes[0].name == "edge-1:18088");
    CHECK(file->nodes[1].name == "10.0.0.7:18088");
    CHECK(file->nodes[1].collect[0].settings.text("status") == "http://10.0.0.7:18088/stub_status");
    CHECK(file->nodes[1].collect[0].settings.text("max-connections") == "16384");
    CHECK(file->nodes[2].pop == "LHR");
    CHECK(file->nodes[2].name == "edge-9");
}

TEST_CASE("what is wrong in an agent's file is said with its line", "[agent][file]") {
    CHECK_THAT(refusal("pop = "), containsText("agent.toml:1"));
    CHECK_THAT(refusal(""), containsText("no node"));
    CHECK_THAT(refusal("pop = \"EWR\"\nconnekt = []"),
               containsText("agent.toml:2") && containsText("connekt"));
    CHECK_THAT(refusal("pop = \"nowhere at all\"\n[[collect]]\nfrom = \"host\""),
               containsText("nowhere at all"));
    CHECK_THAT(refusal("pop = \"EWR\"\nrole = \"edg\"\n[[collect]]\nfrom = \"host\""),
               containsText("agent.toml:2") && containsText("load-balancer"));
    CHECK_THAT(refusal("pop = \"EWR\"\n[[collect]]\nfrom = \"ngnix\""),
               containsText("agent.toml:2") && containsText("ngnix") && containsText("nginx"));
    CHECK_THAT(refusal("pop = \"EWR\"\n[[collect]]\nfrom = \"host\"\nlink = 5"), containsText("link-mbit"));
    CHECK_THAT(refusal("pop = \"EWR\"\n[[collect]]\nlines = \"udp:1\""), containsText("from is missing"));
    CHECK_THAT(refusal("pop = \"EWR\"\ncollect = 5"), containsText("[[collect]]"));
    CHECK_THAT(refusal("pop = \"EWR\"\nnode = \"a b\"\n[[collect]]\nfrom = \"host\""),
               containsText("blanks"));
    const std::string two = "[[targets]]\npop = \"EWR\"\nnode = \"a\"\ncollect = [{from = \"host\"}]\n";
    CHECK_THAT(refusal(two + two), containsText("agent.toml:5") && containsText("two nodes"));
    CHECK_THAT(refusal("[[targets]]\npop = \"EWR\"\nfrom = \"host\"\nurls = [\"http://a/\"]"),
               containsText("asked from afar"));
    CHECK_THAT(refusal("[[targets]]\npop = \"EWR\"\n"), containsText("expected urls"));
    CHECK_THAT(refusal("[[targets]]\npop = \"EWR\"\nfrom = \"nginx\"\nurls = [\"file:///etc/passwd\"]"),
               containsText("agent.toml:4") && containsText("does not begin with http://"));
    CHECK_THAT(refusal("pop = 3\n[[collect]]\nfrom = \"host\""), !containsText("missing"));
}

TEST_CASE("a collector is told what it is on the command line", "[agent][file]") {
    const auto plan = readCollectorPlan("nginx  lines=udp:15140 status=http://127.0.0.1/?a=b ");
    REQUIRE(plan);
    CHECK(plan->settings.text("status") == "http://127.0.0.1/?a=b");
    CHECK(plan->settings.values().size() == 2);
    for (const auto& [text, why] :
         {std::pair("", "expected one of nginx"), std::pair("apache", "'apache'"),
          std::pair("nginx lines", "NAME=VALUE"), std::pair("nginx =x", "NAME=VALUE"),
          std::pair("nginx lines=a lines=b", "twice"),
          std::pair("nginx line=a", "expected one of status, lines")}) {
        const auto refused = readCollectorPlan(text);
        INFO(text);
        REQUIRE_FALSE(refused);
        CHECK_THAT(refused.error(), containsText(why));
    }
    SystemClock clock;
    EventLoop loop;
    for (const auto& [text, why] :
         {std::pair("nginx", "nginx: nothing to read"), std::pair("nginx status=ftp://x", "http://"),
          std::pair("canary", "url is missing"), std::pair("nginx lines=x", "udp:PORT"),
          std::pair("nginx lines=udp:0 max-connections=many", "whole number")}) {
        const auto refused = makeCollector(readCollectorPlan(text).value(), {loop, clock});
        INFO(text);
        REQUIRE_FALSE(refused);
        CHECK_THAT(refused.error(), containsText(why));
    }
}
