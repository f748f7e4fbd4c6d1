// SPDX-License-Identifier: GPL-3.0-or-later
// Real sockets with real keys: who is let in, who is not, and what becomes of those who were.
#include "feeds/publish/answering_socket.h"
#include "feeds/transport/greeting.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/transport/way.h"
#include "feeds/wire/encode.h"

#include "tests/support/catch.h"
#include "tests/support/trusted_wall.h"

#include <future>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

TEST_CASE("an agent whose key is allowed is heard", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    letIn(wall, agent);
    CHECK(hears(wall, agent));
    CHECK_FALSE(wall.status().plain);
    CHECK(wall.health().refused.empty());
}

TEST_CASE("whose key nobody knows is not let in, and named, and comes by itself when it is allowed later",
          "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    agent.knows(wall.key());
    agent.connect(wall.endpoint());
    REQUIRE(comesTo([&] {
        agent.speak();
        wall.health();
        return tells(wall.status(), "the key " + agent.key().substr(0, 8)) && !agent.problem.empty();
    }));
    CHECK(tells(wall.status(), "not in the allow-list"));
    CHECK_THAT(agent.problem, containsText("not let in at " + wall.endpoint()));
    CHECK_THAT(agent.problem, containsText("surgescope-keys allow '" + agent.key() + "' 'EWR/edge-1'"));
    wall.allows(agentPermit(agent.key()));
    CHECK(hears(wall, agent));
    CHECK(comesTo([&] {
        agent.speak();
        return agent.over == "publishes now, as EWR/edge-1";
    }));
}

TEST_CASE("who speaks without a key, or to the wrong one, is not heard", "[trust]") {
    TrustedWall wall;
    Machine plain(true);
    const SystemClock clock;
    const auto publisher =
        openPublisher({.name = "EWR/edge-1", .connect = {wall.endpoint()}, .context = plain.context}, clock);
    TrustedAgent agent;
    agent.knows(KeyPair::make().publicKey);
    wall.allows(agentPermit(agent.key()));
    agent.connect(wall.endpoint());
    CHECK(comesTo([&] {
        publisher->tick();
        auto report = popReport({.publisher = "EWR/edge-1", .pop = "EWR"});
        publisher->publish(report);
        agent.speak();
        wall.health();
        return tells(wall.status(), "without a key, or with that of somebody else") && !agent.problem.empty();
    }));
    CHECK(wall.health().nodesHeard == 0);
}

TEST_CASE("a thief with an agent's key speaks for nobody else", "[trust]") {
    TrustedWall wall;
    TrustedAgent thief;
    letIn(wall, thief);
    REQUIRE(hears(wall, thief));
    const auto before = wall.step.state().world().totals(*wall.step.state().settled());
    REQUIRE(before);
    const auto tries = [&](auto message, const std::string& why) {
        const auto refused = wall.refused();
        INFO(why);
        CHECK(comesTo([&] {
            thief.publisher->tick();
            message.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(thief.clock.wall());
            thief.publisher->publish(message);
            return wall.refused() > refused;
        }));
        CHECK_THAT(wall.health().lastRefusal, containsText(why));
        CHECK_THAT(wall.health().lastRefusal, containsText("EWR/edge-1 under the topic"));
    };
    const auto report = [](auto change) {
        auto changed = popReport({.pop = "EWR"});
        change(changed);
        return changed;
    };
    tries(popReport({.pop = "LHR"}), "speaks of the PoP 'LHR'");
    tries(popReport({.pop = "EWR", .nodes = 1'000}), "speaks of 1000 nodes, its key of 1");
    tries(report([](PopReport& r) { r.totals[Counter::messages_lost] = 1; }),
          "was lost or refused on the way");
    tries(report([](PopReport& r) { r.header.oldestSent = r.header.sent; }), "when others sent what it says");
    tries(Event{}, "tells events");
    tries(Global{}, "speaks of the world");
    const auto refused = wall.refused();
    CHECK(comesTo([&] {
        thief.publisher->setRoster(roster({.publisher = "other", .pop = "EWR", .nodes = 1}));
        return wall.refused() > refused;
    }));
    CHECK_THAT(wall.health().lastRefusal, containsText("names the node 'other-0'"));
    // In somebody else's name, with the same key.
    thief.name = "EWR/edge-2";
    thief.connect(wall.endpoint());
    CHECK(comesTo([&] {
        thief.speak();
        return wall.health().lastRefusal.find("speaks as 'EWR/edge-2'") != std::string::npos;
    }));
    CHECK(wall.step.state().places().size() == 1);
    CHECK(wall.step.state().events().empty());
    CHECK_FALSE(wall.step.state().global());
}

TEST_CASE("what cannot be read is told with whose key it was", "[trust]") {
    TrustedWall wall;
    TrustedAgent agent;
    letIn(wall, agent);
    REQUIRE(hears(wall, agent));
    const auto isTold = [&](auto change, const std::string& what) {
        return comesTo([&] {
            auto report = popReport({.pop = "EWR"});
            report.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(agent.clock.wall());
            change(report);
            agent.publisher->tick();
            agent.publisher->publish(report);
            const auto last = wall.health().lastRefusal;
            return last.find(what) != std::string::npos && last.starts_with("EWR/edge-1: ");
        });
    };
    CHECK(isTold([](PopReport& r) { r.totals[Counter::requests] = std::uint64_t{1} << 53; },
                 "expected at most 2^40 of each of 1 nodes"));
    CHECK(isTold([](PopReport& r) { r.header.intervalEnd = {}; }, "interval"));
}

TEST_CASE("a second header behind the first gives a thief no other name", "[trust]") {
    // Protocol buffers merge a field that comes twice, and the last one counts.
    TrustedWall wall;
    TrustedAgent thief;
    thief.knows(wall.key());
    wall.allows(agentPermit(thief.key()));
    const auto socket = PublishingSocket::open({.connect = {wall.endpoint()}, .context = thief.context});
    if (!socket) FAIL(socket.error());
    Encoder encoder;
    const std::string other = "EWR/edge-9";
    std::uint64_t sequence = 0;
    CHECK(comesTo([&] {
        (*socket)->readSubscriptions();
        auto report = popReport({.publisher = "EWR/edge-1", .pop = "EWR", .sequence = ++sequence});
        report.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(thief.clock.wall());
        report.header.sent = thief.clock.wall();
        const std::string name = "\x12" + std::string(1, static_cast<char>(other.size())) + other;
        const auto bytes = std::string(encoder.encode(report)) + "\x0a" +
                           std::string(1, static_cast<char>(name.size())) + name;
        (*socket)->send("pop/EWR", bytes);
        const auto health = wall.health();
        return health.publishers > 0 || !health.refused.empty();
    }));
    CHECK_THAT(wall.health().lastRefusal, containsText("speaks as 'EWR/edge-9'"));
    CHECK(wall.health().publishers == 0);
}

TEST_CASE("a flood in another's name takes nothing of what the other may send", "[trust]") {
    Machine wall;
    TrustedAgent agent;
    TrustedAgent thief;
    const auto source =
        openSource({.bind = {kAnywhere}, .bounds = {.messagesPerSecond = 20}, .context = wall.context});
    for (TrustedAgent* one : {&agent, &thief})
        one->knows(wall.key());
    wall.allows(agentPermit(agent.key()));
    wall.allows({"LHR/edge-9", thief.key(), {"LHR/edge-9"}, {"LHR"}});
    thief.name = "EWR/edge-1";
    thief.pop = "EWR";
    thief.connect(source->endpoints().front().name);
    std::uint64_t refused = 0;
    std::size_t taken = 0;
    const auto receive = [&] {
        const auto received = source->receive(milliseconds(10));
        if (const auto* why = std::get_if<Refused>(&received)) {
            CHECK(why->reason == Refusal::notAllowed);
            refused += why->count;
        }
        taken += std::holds_alternative<RawMessage>(received) ? 1 : 0;
    };
    REQUIRE(comesTo([&] {
        for (int i = 0; i < 10; ++i)
            thief.speak();
        receive();
        return refused > 200; // ten times what one may send in a second
    }));
    agent.connect(source->endpoints().front().name);
    CHECK(comesTo([&] {
        agent.speak();
        thief.speak();
        receive();
        return taken > 0;
    }));
}

TEST_CASE("within the machine, with and without keys, the right way is taken at once", "[trust]") {
    TrustedWall wall; // with keys, though it is here
    auto within = wall.endpoint();
    within.replace(0, within.rfind(':'), "tcp://127.0.0.1");
    CHECK(asksForKeys(within) == true);
    const auto open = openSource({.bind = {"tcp://127.0.0.1:*"}});
    CHECK(asksForKeys(open->endpoints().front().name) == false);
    CHECK_FALSE(asksForKeys("tcp://127.0.0.1:1"));
    CHECK_FALSE(asksForKeys("nonsense"));
    const SystemClock clock; // as its owner
    const auto publisher =
        openPublisher({.name = "anybody", .connect = {within}, .context = wall.context}, clock);
    CHECK(comesTo([&] {
        publisher->tick();
        auto report = popReport({.publisher = "anybody", .pop = "SIN"});
        report.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(clock.wall());
        publisher->publish(report);
        return wall.health().nodesHeard == 1;
    }));
    CHECK(wall.status().troubles.empty());
}

TEST_CASE("a wall that connects believes what the allow-list says of who answers", "[trust]") {
    Machine wall;
    Machine site;
    const SystemClock clock;
    const auto publisher =
        openPublisher({.name = "sim", .bind = {kAnywhere}, .context = site.context}, clock);
    wall.knows(site.key());
    site.allows({"wall", wall.key(), {}, {}, {}, false, false, true});
    const auto source = openSource({.connect = publisher->boundEndpoints(), .context = wall.context});
    // Let in to listen; but nobody said what the site may say.
    std::string refused;
    const auto speak = [&] {
        publisher->tick();
        auto report = popReport({.publisher = "sim"});
        publisher->publish(report);
        return source->receive(milliseconds(10));
    };
    REQUIRE(comesTo([&] {
        const auto received = speak();
        if (const auto* why = std::get_if<Refused>(&received)) refused = why->text;
        return !refused.empty();
    }));
    CHECK_THAT(refused, containsText("not in the allow-list"));
    wall.allows({"sim", site.key(), {"sim"}, {"*"}});
    CHECK(comesTo([&] {
        const auto received = speak();
        return std::holds_alternative<RawMessage>(received);
    }));
}

TEST_CASE("levers are pulled by whoever may, and by nobody else", "[trust][control]") {
    Machine rehearsal;
    Machine operations;
    const auto opened = AnsweringSocket::open(kLevers, kAnywhere, rehearsal.context);
    if (!opened) FAIL(opened.error());
    auto& control = **opened;
    operations.knows(rehearsal.key());
    const auto answerTo = [&](std::shared_ptr<Trust> trust) {
        auto answer = std::async(std::launch::async, [&control, trust] {
            ZmqContext context(trust);
            return ask(kLevers, control.endpoint(), "jump", milliseconds(5'000), context);
        });
        while (answer.wait_for(milliseconds(1)) != std::future_status::ready)
            control.serve([](std::string_view, const AnsweringSocket::Asker&) {
                return Result<std::string>(std::string("jumped"));
            });
        return answer.get();
    };
    CHECK_THAT(answerTo(operations.trust).error(), containsText("not let in"));
    Permit permit{"operations", operations.key(), {"operations"}};
    permit.control = true;
    rehearsal.allows(permit);
    CHECK(comesTo([&] { return static_cast<bool>(answerTo(operations.trust)); }));
    CHECK_THAT(answerTo(nullptr).error(), containsText("without keys"));
    rehearsal.revokes(operations.key());
    CHECK(comesTo([&] { return !answerTo(operations.trust); }));
}

TEST_CASE("off this machine nothing is opened without keys, but on purpose, and levers never", "[trust]") {
    CHECK_THAT(ZmqSource::open({.bind = {kAnywhere}}).error(), containsText("without keys"));
    CHECK_THAT(PublishingSocket::open({.connect = {"tcp://wall:5556"}}).error(),
               containsText("without keys"));
    Machine machine;
    const auto unknown = ZmqSource::open({.connect = {"tcp://wall:5556"}, .context = machine.context});
    CHECK_THAT(unknown.error(), containsText("surgescope-keys pair KEY --at tcp://wall:5556"));
    Machine careless(true);
    const auto source = ZmqSource::open({.bind = {kAnywhere}, .context = careless.context});
    REQUIRE(source);
    CHECK(source.value()->endpoints().front().plain);
    CHECK_THAT(AnsweringSocket::open(kLevers, kAnywhere, careless.context).error(),
               containsText("without keys"));
    CHECK_FALSE(careless.trust->ownIfAny()->has_value()); // none was needed
}

TEST_CASE("what is within this machine", "[trust]") {
    for (const char* endpoint : {"tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1",
                                 "tcp://[::1]:1", "ipc:///tmp/x", "inproc://x"})
        CHECK(isWithinMachine(endpoint));
    for (const char* endpoint :
         {"tcp://*:1", "tcp://0.0.0.0:1", "tcp://127.0.0.1.example.org:1", "tcp://10.0.0.1:1", "tcp://eth0:1",
          "tcp://[::]:1", "tcp://127.0.0.1:0;10.0.0.1:1", "tcp://2130706433:1"})
        CHECK_FALSE(isWithinMachine(endpoint));
}
