// SPDX-License-Identifier: GPL-3.0-or-later
// Agents, a relay and a wall with keys: nobody speaks for nodes that are not his, at either.
#include "feeds/pipeline/feed_step.h"
#include "feeds/relay/relay_step.h"

#include "tests/support/catch.h"
#include "tests/support/machine.h"
#include "tests/support/messages.h"
#include "tests/support/sockets.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

const std::string kOffMachine = "tcp://0.0.0.0:*";

struct SiteWithKeys {
    Machine wallKeys, relayKeys, agentKeys;
    SystemClock clock;
    std::unique_ptr<ZmqSource> wallSource = openSource({.bind = {kOffMachine}, .context = wallKeys.context});
    FeedStep wall{*wallSource, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop};
    std::unique_ptr<ZmqSource> relaySource =
        openSource({.bind = {kOffMachine}, .context = relayKeys.context});
    std::unique_ptr<Publisher> up;
    std::unique_ptr<RelayStep> relay;

    SiteWithKeys() {
        relayKeys.knows(wallKeys.key());
        agentKeys.knows(relayKeys.key());
        relayKeys.allows({"EWR/edge-1", agentKeys.key(), {"EWR/edge-1"}, {"EWR"}, {"edge-1"}});
        up = openPublisher({.name = "EWR/relay-1",
                            .connect = {wallSource->endpoints().front().name},
                            .onlyWhileConnected = true,
                            .context = relayKeys.context},
                           clock);
        relay = std::make_unique<RelayStep>(*relaySource, PopCatalogue::builtIn(), *up, clock);
    }
    Permit relayPermit(bool mayRelay) {
        Permit permit{"EWR/relay-1", relayKeys.key(), {"EWR/relay-1"}, {"EWR"}};
        permit.relay = mayRelay;
        return permit;
    }
    std::unique_ptr<Publisher> agent(const std::string& name) {
        return openPublisher(
            {.name = name, .connect = {relaySource->endpoints().front().name}, .context = agentKeys.context},
            clock);
    }
    FeedHealth turn(Publisher& agent, const std::string& pop = "EWR") {
        agent.tick();
        const auto second = std::chrono::floor<std::chrono::seconds>(clock.wall());
        if (second != m_said) {
            m_said = second;
            Roster nodes;
            nodes.pop = pop;
            nodes.epoch = 1;
            nodes.nodes.push_back({"edge-1", Role::edge, "nginx", FieldSet::all(), 10'000});
            agent.setRoster(nodes);
            auto report = popReport({.pop = pop});
            report.header.intervalEnd = second;
            agent.publish(report);
        }
        relay->turn(milliseconds(5));
        wall.receive(milliseconds(5));
        return wall.buildFrame(0)->health;
    }

  private:
    FeedSecond m_said{};
};

} // namespace

TEST_CASE("an agent is heard through a relay, each let in by its key", "[relay][trust]") {
    SiteWithKeys site;
    site.wallKeys.allows(site.relayPermit(true));
    const auto agent = site.agent("EWR/edge-1");
    CHECK(eventually([&] {
        const auto health = site.turn(*agent);
        return health.nodesHeard == 1 && health.nodesExpected == 1;
    }));
    CHECK(site.wall.buildFrame(0)->health.publishers == 1); // the relay
}

TEST_CASE("a thief below a relay is refused there, by name, and the wall hears of it", "[relay][trust]") {
    SiteWithKeys site;
    site.wallKeys.allows(site.relayPermit(true));
    const auto agent = site.agent("EWR/edge-1");
    const auto thief = site.agent("EWR/edge-2"); // with the key of edge-1
    REQUIRE(eventually([&] { return site.turn(*agent).nodesHeard == 1; }));
    CHECK(eventually([&] {
        thief->tick();
        auto report = popReport({.pop = "EWR", .nodes = 1'000});
        report.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(site.clock.wall());
        thief->publish(report);
        return site.turn(*agent).refusedBelow > 0;
    }));
    CHECK_THAT(site.relay->status(0).lastRefusal, containsText("speaks as 'EWR/edge-2'"));
    CHECK(site.turn(*agent).nodesExpected == 1);
}

TEST_CASE("who may not relay speaks for no agents", "[relay][trust]") {
    SiteWithKeys site;
    site.wallKeys.allows(site.relayPermit(false));
    const auto agent = site.agent("EWR/edge-1");
    CHECK(eventually([&] {
        return site.turn(*agent).lastRefusal.find("speaks for agents, as a relay may") != std::string::npos;
    }));
    CHECK(site.wall.state().expectedNodes() <= 1); // who was heard, at most
}
