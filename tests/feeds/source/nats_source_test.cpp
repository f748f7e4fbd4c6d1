// SPDX-License-Identifier: GPL-3.0-or-later
// Against a real nats-server.
#include "feeds/source/nats_source.h"
#include "feeds/source/open_feed.h"

#include "tests/support/fake_nats.h"
#include "tests/support/nats_feed.h"

#include <nlohmann/json.hpp>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

TEST_CASE("what is published through NATS is heard through NATS", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Given given({.endpoint = nats.endpoint()});
    Speaker agent(nats.endpoint());
    agent.publisher->setRoster(roster({}));
    REQUIRE(given.until([&] {
        agent.say();
        return given.topics["pop/LHR"] > 3 && given.topics["roster/LHR"] > 0;
    }));
    CHECK(given.status().peers == 1);
    CHECK(given.status().troubles.empty());
    CHECK(given.refusals.empty());

    // Node columns only for who asks, of the PoP he asks for.
    CHECK_FALSE(agent.publisher->wanted("node/LHR"));
    CHECK_FALSE(agent.publisher->wanted("node/CDG"));
    given.source->subscribe("node/LHR");
    REQUIRE(given.until([&] { return agent.publisher->wanted("node/LHR"); }));
    CHECK_FALSE(agent.publisher->wanted("node/CDG"));
    auto columns = nodeColumns({});
    agent.publisher->publish(columns);
    CHECK(given.until([&] { return given.topics["node/LHR"] == 1; }));
}

TEST_CASE("a message that no server takes at once comes in parts and whole", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats(1, "max_payload: 20000");
    nats.start();
    Given given({.endpoint = nats.endpoint()});
    Speaker agent(nats.endpoint());
    REQUIRE(given.until([&] {
        agent.say();
        return !given.sequences.empty();
    }));
    auto large = roster({.nodes = 5'000});
    agent.publisher->setRoster(large);
    REQUIRE(given.until([&] { return given.topics["roster/LHR"] > 0; }));
    CHECK(given.bytes > 60'000);
    CHECK(given.refusals.empty());
}

TEST_CASE("a wall that comes late begins with the past of a stream, and goes on without a seam", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Speaker agent(nats.endpoint(), {.stream = kSmall});
    Given early({.endpoint = nats.endpoint()});
    REQUIRE(eventually([&] {
        early.take();
        return agent.isConnected();
    }));
    agent.publisher->setRoster(roster({}));
    for (int i = 0; i < 500; ++i)
        agent.say();
    REQUIRE(early.until([&] { return early.sequences.size() >= 500; }));

    Given late({.endpoint = nats.endpoint(), .history = seconds(900)});
    const auto before = SystemClock().steady();
    REQUIRE(late.until([&] {
        agent.say();
        return late.signs.ends_with(".).");
    }));
    CHECK(secondsBetween(before, SystemClock().steady()) < 10);
    CHECK(late.signs == "(.).");
    CHECK(late.topics["roster/LHR"] >= 1);
    const auto last = late.sequences.rbegin()->first;
    CHECK(late.hasAllOnce(last));
    CHECK(last > 500);
    // Time is now again.
    const SystemClock clock;
    CHECK(secondsBetween(late.source->clock(clock).steady(), clock.steady()) < 1);
}

TEST_CASE("a server that is killed and comes back loses nothing of a stream", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Speaker agent(nats.endpoint(), {.stream = kSmall});
    REQUIRE(Asker(nats).awaitStream(10, [&] { agent.say(); }));
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.ends_with(')'); }));
    nats.kill();
    for (int i = 0; i < 50; ++i)
        agent.say();
    nats.restart();
    std::uint64_t last = 0;
    REQUIRE(given.until([&] {
        if (last == 0) agent.say();
        if (last == 0 && given.status().peers == 1 && agent.isConnected() && given.sequences.size() > 60)
            last = agent.publisher->sentMessages();
        agent.publisher->tick();
        return last > 0 && given.sequences.contains(last);
    }));
    CHECK(given.until([&] { return given.hasAllOnce(given.sequences.rbegin()->first); }));
    CHECK(given.status().lost >= 1);
}

TEST_CASE("what servers refuse is counted and named", "[nats]") {
    if (skippedWithoutNats()) return;
    const TemporaryFolder folder;
    NatsFixture nats(1, R"(authorization { users: [
      { user: wall, password: w, permissions: { publish: ["surgescope.want.>", "$JS.API.>"], subscribe: ["surgescope.>", "_INBOX.>"] } }
      { user: lhr, password: l, permissions: { publish: ["surgescope.*.LHR"], subscribe: ["surgescope.want.>", "_INBOX.>"] } }
    ] })");
    nats.start();
    Given given({.endpoint = nats.endpoint(), .context = contextWith(folder, "wall:w")});
    Speaker agent(nats.endpoint(), {.context = contextWith(folder, "lhr:l")});
    REQUIRE(given.until([&] {
        agent.say("LHR");
        agent.say("CDG");
        return given.topics["pop/LHR"] > 3;
    }));
    CHECK(eventually([&] {
        given.take();
        return agent.isTold("Permissions Violation for Publish to \"surgescope.pop.CDG\"");
    }));
    CHECK(given.topics["pop/CDG"] == 0);

    Speaker stranger(nats.endpoint(), {.context = contextWith(folder, "stranger:x")});
    Given deaf({.endpoint = nats.endpoint(), .context = contextWith(folder, "lhr:wrong")});
    CHECK(deaf.until([&] { return deaf.isTold("not let in"); }));
    CHECK(eventually([&] {
        deaf.take();
        return stranger.isTold("not let in");
    }));
    CHECK(stranger.isConnected() == false);
}

TEST_CASE("a stream that is deleted underneath is said, and what comes now is shown", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    {
        Speaker keeper(nats.endpoint(), {.stream = kSmall});
        REQUIRE(Asker(nats).awaitStream(1, [&] { keeper.say(); }));
    }
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.find(')') != std::string::npos; }));
    Asker(nats).request("$JS.API.STREAM.DELETE.SURGESCOPE");
    Speaker agent(nats.endpoint(), {.name = "other"});
    const auto before = given.topics["pop/LHR"];
    REQUIRE(given.until([&] {
        agent.say();
        return given.topics["pop/LHR"] > before + 3;
    }));
    CHECK(given.isTold("the stream: it is gone"));
    // And read again when somebody makes it anew.
    Speaker keeper(nats.endpoint(), {.name = "keeper", .stream = kSmall});
    REQUIRE(Asker(nats).awaitStream(10, [&] {
        agent.say();
        given.take();
    }));
    Asker asker(nats);
    CHECK(eventually([&] {
        agent.say();
        given.take();
        const auto found = findStream(asker.connection);
        return found && *found && (*found)->readers > 0;
    }));
}

TEST_CASE("a stream that a stranger changed is said, and changed back by whoever keeps it", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    auto keeper =
        std::make_unique<Speaker>(nats.endpoint(), Publisher::Options{.name = "keeper", .stream = kSmall});
    Asker stranger(nats);
    REQUIRE(stranger.awaitStream(1, [&] { keeper->say(); }));
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] { return given.signs.find(')') != std::string::npos; }));
    constexpr const char* kChange =
        R"({"name":"SURGESCOPE","subjects":["surgescope.pop.*"],"retention":"limits","storage":"file",
            "num_replicas":1,"max_age":10000000000,"max_bytes":1000000,"duplicate_window":1000000000})";
    const auto change = [&] {
        const auto answer = stranger.request("$JS.API.STREAM.UPDATE.SURGESCOPE", kChange);
        INFO(answer);
        REQUIRE(answer.find("\"error\"") == std::string::npos);
    };
    change();
    CHECK(eventually([&] {
        given.take();
        return keeper->isTold("the stream was changed by somebody, and was changed back");
    }));
    keeper.reset();
    change();
    CHECK(given.until([&] {
        return given.isTold(
            "the stream was changed, and keeps now: surgescope.pop.*; at most 10 s; at most 1000000 "
            "bytes; any number of messages");
    }));
}

TEST_CASE("of a stream nothing stays as a stranger left it", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Speaker keeper(nats.endpoint(), Publisher::Options{.name = "keeper", .stream = kSmall});
    Asker stranger(nats);
    REQUIRE(stranger.awaitStream(1, [&] { keeper.say(); }));
    const auto configured = [&] {
        return nlohmann::json::parse(stranger.request("$JS.API.STREAM.INFO.SURGESCOPE")).at("config");
    };
    const auto asMade = configured();
    for (const char* limit : {"max_msg_size", "max_msgs_per_subject", "max_msgs"}) {
        INFO(limit);
        auto other = asMade;
        other.at(limit) = 10;
        const auto answer = stranger.request("$JS.API.STREAM.UPDATE.SURGESCOPE", other.dump().c_str());
        INFO(answer);
        REQUIRE(configured() != asMade);
        CHECK(eventually([&] {
            stranger.hearNobody(std::chrono::milliseconds(100));
            return configured() == asMade;
        }));
    }
}

TEST_CASE("a server that listens and never speaks is said", "[nats]") {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket, 16) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const auto endpoint = "nats://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    {
        Given given({.endpoint = endpoint});
        Speaker agent(endpoint);
        CHECK(given.until([&] { return given.isTold(endpoint + " does not answer as a NATS server"); }));
        CHECK(eventually([&] { return agent.isTold(endpoint + " does not answer as a NATS server"); }));
    }
    ::close(socket);
}

TEST_CASE("a server that says who it is and then nothing is said, and left at once", "[nats]") {
    const SystemClock clock;
    FakeNats silent({.pongs = false});
    const auto told = silent.endpoint() + " does not answer as a NATS server";
    auto ending = clock.steady();
    {
        Given given({.endpoint = silent.endpoint()});
        Speaker agent(silent.endpoint());
        CHECK(given.until([&] { return given.isTold(told); }));
        CHECK(eventually([&] { return agent.isTold(told); }));
        ending = clock.steady();
    }
    CHECK(secondsBetween(ending, clock.steady()) < 5); // it never ended
}

TEST_CASE("answers that are none of a stream are said, and nobody falls over them", "[nats]") {
    for (const auto& answer :
         {std::string("{}"), std::string(R"({"config":{"name":"OTHER"},"state":{"messages":-1}})"),
          std::string(R"({"config":{"subjects":[7,null]},"state":{}})"),
          "{\"a\":\"" + std::string(9'000, 'x') + "\"}", std::string("null"), std::string("\xff{{")}) {
        INFO(answer.substr(0, 60));
        FakeNats odd({.answer = answer});
        Given wall({.endpoint = odd.endpoint(), .history = seconds(60)});
        Given recorder({.endpoint = odd.endpoint(), .playFrom = SystemClock().wall() - seconds(60)});
        Speaker relay(odd.endpoint(), {.stream = kSmall});
        CHECK(wall.until([&] { return wall.status().peers == 1; }));
        CHECK(recorder.until([&] { return recorder.isTold("the stream: "); }));
        CHECK(eventually([&] { return relay.isTold("the stream"); }));
    }
}

TEST_CASE("a past that is asked for where no stream is, is said", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    Given given({.endpoint = nats.endpoint(), .playFrom = SystemClock().wall() - seconds(60)});
    CHECK(given.until([&] { return given.isTold("the stream: there is none"); }));
    Given now({.endpoint = nats.endpoint(), .history = seconds(60)}); // a wall is content with what comes
    Speaker agent(nats.endpoint());
    CHECK(now.until([&] {
        agent.say();
        return now.topics["pop/LHR"] > 0;
    }));
    CHECK_FALSE(now.isTold("stream"));
}

TEST_CASE("a stream that servers have no room for is said", "[nats]") {
    if (skippedWithoutNats()) return;
    NatsFixture nats;
    nats.start();
    std::string warned;
    Speaker keeper(nats.endpoint(),
                   {.warn = [&](const std::string& text) { warned = text; }, .stream = NatsStream{}});
    Given given({.endpoint = nats.endpoint(), .history = seconds(60)});
    REQUIRE(given.until([&] {
        keeper.say();
        return !warned.empty() && !given.sequences.empty();
    }));
    CHECK_THAT(warned, containsText("insufficient storage"));
    CHECK_THAT(warned, containsText("--keep-bytes"));
}

TEST_CASE("NATS stands alone in a feed", "[nats]") {
    CHECK_THAT(openFeed({.connect = {"nats://127.0.0.1", "tcp://127.0.0.1:5556"}}).error(),
               containsText("expected one cluster"));
    CHECK_THAT(openFeed({.connect = {"nats://127.0.0.1:x"}}).error(), containsText("expected nats://HOST"));
    const auto trust = std::make_shared<Trust>(Trust::Options{.nats = {.credentials = "/nowhere/at.all"}});
    CHECK_THAT(
        openFeed({.connect = {"nats://127.0.0.1"}, .context = std::make_shared<ZmqContext>(trust)}).error(),
        containsText("/nowhere/at.all"));
}
