// SPDX-License-Identifier: GPL-3.0-or-later
// Three real servers, one of which is killed; the reference configuration; and one that stands still.
#include "tests/support/nats_feed.h"

#include <cstdlib>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

TEST_CASE("of three servers one is killed, and comes back: nothing is lost, nothing comes twice", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats(3);
    nats.start();
    auto threeTimes = kSmall;
    threeTimes.replicas = 3;
    Speaker agent(nats.endpoint(), {.stream = threeTimes});
    REQUIRE(Asker(nats).awaitStream(10, [&] { agent.say(); }));
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.ends_with(')'); }));
    const auto sayAndTake = [&](int reports) {
        for (int i = 0; i < reports; ++i) {
            agent.say();
            given.take();
        }
    };
    for (std::size_t killed = 0; killed < 3; ++killed) { // whoever leads, and whoever is connected to
        INFO("server " << killed);
        sayAndTake(20);
        nats.kill(killed);
        sayAndTake(100);
        nats.restart(killed);
        sayAndTake(20);
        const auto last = agent.publisher->sentMessages();
        const bool all = given.until([&] { // elections take as long as they take
            agent.publisher->tick();
            return given.missing(last) == 0;
        });
        INFO("missing " << given.missing(last) << agent.told());
        REQUIRE(all);
        CHECK(given.hasAllOnce(last));
        CHECK(agent.told().find("never acknowledged") == std::string::npos);
    }
    for (const auto& refusal : given.refusals)
        FAIL_CHECK(refusal);
    CHECK(given.signs == "(.).");
}

TEST_CASE("a cluster without a leader is said to have none, and no longer when it has one", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats(3);
    nats.start();
    auto threeTimes = kSmall;
    threeTimes.replicas = 3;
    std::string said;
    const auto saying = [&](const std::string& text) { said = text; };
    Speaker keeper(nats.endpoint(), {.warn = saying, .inform = saying, .stream = threeTimes});
    Speaker agent(nats.endpoint(), {.name = "other"});
    Asker asker(nats);
    const auto awaits = [&](auto done) {
        const bool is = eventually([&] {
            asker.hearNobody(std::chrono::milliseconds(20)); // floods are not what is tested
            keeper.say();
            agent.say("EWR");
            return done();
        });
        if (!is) WARN(keeper.told() << "; of the agent " << agent.told() << "; said " << said);
        return is;
    };
    REQUIRE(asker.awaitStream(1, [&] { keeper.say(); }));
    REQUIRE(awaits([&] { return keeper.told().empty() && said == "publishes now, as agent"; }));
    REQUIRE(awaits([&] { return asker.awaitStream(50, [&] { agent.say("EWR"); }); }));
    nats.kill(0);
    nats.kill(1);
    // What is left of a leader may say for minutes that all is well, and acknowledge nothing.
    CHECK(awaits([&] { return keeper.isTold("have no leader") || keeper.isTold("does not acknowledge"); }));
    CHECK(awaits([&] { return agent.isTold("does not acknowledge"); }));
    CHECK(awaits([&] { return said.find("the stream") != std::string::npos; }));
    nats.restart(0);
    nats.restart(1);
    CHECK(awaits([&] { return !keeper.isTold("the stream:") && !keeper.isTold("does not acknowledge"); }));
    CHECK(awaits([&] { return !agent.isTold("does not acknowledge"); }));
    CHECK(awaits([&] { return said == "publishes now, as agent"; }));
}

TEST_CASE("a listener that stands still harms nobody", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    PlainSocket frozen(nats.port());
    frozen.write("CONNECT {\"verbose\":false}\r\nSUB surgescope.roster.* 1\r\nPING\r\n"); // and never reads
    Given given({.endpoint = nats.endpoint()});
    Speaker agent(nats.endpoint());
    REQUIRE(given.until([&] {
        agent.say();
        return !given.sequences.empty();
    }));
    const SystemClock clock;
    double worst = 0;
    const auto large = roster({.nodes = 20'000});
    const auto begun = clock.steady();
    for (int i = 0; i < 60 || secondsBetween(begun, clock.steady()) < 4; ++i) { // some 40 MB at least
        agent.publisher->setRoster(large);
        const auto before = clock.steady();
        agent.say();
        const auto known = given.sequences.rbegin()->first;
        REQUIRE(given.until([&] { return given.sequences.rbegin()->first > known; }));
        worst = std::max(worst, secondsBetween(before, clock.steady()));
    }
    CHECK(worst < 4); // 8 to 9 s where the server waits for a slow one as long as usual
    CHECK(frozen.isEndedByPeer());
    CHECK(given.status().lost == 0);
}

TEST_CASE("the cluster of resources/nats lets each do his own, encrypted", "[nats]") {
    if (skippedWithoutNats() || skippedWithout("/usr/bin/openssl", "openssl")) return;
    const TemporaryFolder folder;
    const auto in = [&](const char* name) { return (folder.path() / name).string(); };
    const auto made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
                      "subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
                      in("server.key") + " -out " + in("server.pem") + " 2>/dev/null";
    REQUIRE(std::system(made.c_str()) == 0);
    auto reference = projectFile("resources/nats/surgescope.conf");
    replaceEach(reference, "/etc/nats/", folder.path().string() + "/");
    NatsFixture nats(3, reference);
    nats.start();

    auto endpoint = nats.endpoint();
    replaceEach(endpoint, "nats://", "tls://");
    const auto contextOf = [&](const std::string& user) {
        const auto file = in(user.substr(0, user.find(':')).c_str());
        std::ofstream(file) << user;
        return std::make_shared<ZmqContext>(std::make_shared<Trust>(Trust::Options{
            .folder = in("keys"), .nats = {.credentials = file, .authorities = in("server.pem")}}));
    };
    auto threeTimes = kSmall;
    threeTimes.replicas = 3;
    Speaker relay(endpoint,
                  {.name = "relay", .stream = threeTimes, .context = contextOf("relay:relay-secret")});
    Speaker agent(endpoint, {.context = contextOf("agent-lhr:agent-secret")});
    Given wall({.endpoint = endpoint, .context = contextOf("wall:wall-secret")});
    REQUIRE(wall.until([&] {
        relay.say("CDG");
        agent.say("LHR");
        agent.say("FRA");
        return wall.topics["pop/CDG"] > 3 && wall.topics["pop/LHR"] > 3;
    }));
    CHECK(wall.topics["pop/FRA"] == 0);
    CHECK(eventually([&] {
        wall.take();
        return agent.isTold("Publish to \"surgescope.pop.FRA\"");
    }));
    CHECK_FALSE(agent.isTold("surgescope.pop.LHR"));
    CHECK_FALSE(agent.isTold("Subscription"));
    // A wall that comes late reads the stream as a wall may, and node columns as well.
    std::unique_ptr<Given> late;
    CHECK(eventually(
        [&] {
            if (!late || late->signs.find(')') == std::string::npos)
                late = std::make_unique<Given>(NatsSource::Options{
                    .endpoint = endpoint, .history = seconds(60), .context = contextOf("wall:wall-secret")});
            return eventually([&] {
                       if (!late->take()) relay.say("CDG"); // or it would never catch up
                       return late->signs.starts_with('.') || late->signs.find(')') != std::string::npos;
                   }) &&
                   !late->signs.starts_with('.'); // or there was no stream yet
        },
        seconds(90)));
    late->source->subscribe("node/LHR");
    CHECK(late->until([&] { return agent.publisher->wanted("node/LHR"); }));
    for (const char* refusal :
         {"Publish to", "Subscription"}) { // what a slow cluster costs else is told, too
        CHECK_FALSE(late->isTold(refusal));
        CHECK_FALSE(relay.isTold(refusal));
    }

    // Whose certificate is signed by nobody we know is not spoken to.
    Given careful({.endpoint = endpoint});
    CHECK(careful.until([&] { return careful.isTold("not let in"); }));
}
