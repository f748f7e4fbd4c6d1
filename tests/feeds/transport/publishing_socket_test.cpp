// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_source.h"
#include "feeds/transport/publishing_socket.h"

#include "tests/support/catch.h"
#include "tests/support/machine.h"
#include "tests/support/wait.h"

#include <string>
#include <utility>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

using Messages = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<PublishingSocket> waitingPublisher(const std::vector<std::string>& bind,
                                                   const std::vector<std::string>& connect = {}) {
    auto publisher = PublishingSocket::open(
        {.bind = bind, .connect = connect, .waits = true, .farewell = milliseconds(2'000)});
    if (!publisher) FAIL(publisher.error());
    return std::move(publisher.value());
}

std::unique_ptr<ZmqSource> listener(const ZmqSource::Options& options, const std::string& topic = "") {
    auto source = ZmqSource::open(options);
    if (!source) FAIL(source.error());
    source.value()->subscribe(topic);
    return std::move(source.value());
}

bool awaitSubscriptions(PublishingSocket& publisher, std::size_t count) {
    return eventually([&] { return publisher.subscriptions(milliseconds(20)) == count; });
}

/// What comes until there are `count`.
Messages take(ZmqSource& source, std::size_t count) {
    Messages taken;
    eventually([&] {
        const auto received = source.receive(milliseconds(20));
        if (const auto* message = std::get_if<RawMessage>(&received))
            taken.emplace_back(message->topic, message->payload);
        return taken.size() >= count;
    });
    return taken;
}

} // namespace

TEST_CASE("messages are sent as they are, in their order", "[publish]") {
    const auto publisher = waitingPublisher({"tcp://127.0.0.1:*"});
    REQUIRE(publisher->boundEndpoints().size() == 1);
    CHECK(publisher->boundEndpoints()[0].find('*') == std::string::npos);
    const auto source = listener({.connect = publisher->boundEndpoints()});
    REQUIRE(awaitSubscriptions(*publisher, 1));
    Messages messages{{"pop/LHR", std::string("\0\xff no protobuf", 14)}, {"weather", ""}};
    for (int i = 0; i < 500; ++i)
        messages.emplace_back("node/LHR", std::to_string(i));
    for (const auto& [topic, payload] : messages)
        REQUIRE(publisher->send(topic, payload));
    CHECK((take(*source, messages.size()) == messages));
}

TEST_CASE("subscriptions are counted as they come and go", "[publish]") {
    const auto publisher = waitingPublisher({"tcp://127.0.0.1:*"});
    CHECK(publisher->subscriptions(milliseconds(0)) == 0);
    const auto first = listener({.connect = publisher->boundEndpoints()});
    CHECK(awaitSubscriptions(*publisher, 1));
    auto second = listener({.connect = publisher->boundEndpoints()}, "pop/");
    CHECK(awaitSubscriptions(*publisher, 2));
    first->unsubscribe("");
    CHECK(awaitSubscriptions(*publisher, 1));
    second.reset(); // a subscriber that goes takes its own along
    CHECK(awaitSubscriptions(*publisher, 0));
}

TEST_CASE("a publisher can also connect to who waits for it", "[publish]") {
    const auto source = listener({.bind = {"tcp://127.0.0.1:*"}});
    const auto publisher = waitingPublisher({}, {source->endpoints()[0].name});
    CHECK(publisher->boundEndpoints().empty());
    REQUIRE(eventually([&] {
        source->receive(milliseconds(0)); // it tells who connects what it wants while it is used
        return publisher->subscriptions(milliseconds(20)) == 1;
    }));
    REQUIRE(publisher->send("event", "hello"));
    CHECK((take(*source, 1) == Messages{{"event", "hello"}}));
}

TEST_CASE("a subscriber that does not keep up is waited for, and loses nothing", "[publish]") {
    const auto publisher = waitingPublisher({"tcp://127.0.0.1:*"});
    const auto source = listener({.connect = publisher->boundEndpoints(), .receiveHighWaterMark = 10});
    REQUIRE(awaitSubscriptions(*publisher, 1));
    // More than both sides and the sockets between them hold, and nobody reads yet.
    const std::string payload(500, 'x');
    std::size_t sent = 0;
    while (sent < 1'000'000 && publisher->send("pop/LHR", payload))
        ++sent;
    REQUIRE(sent < 1'000'000);
    CHECK(sent > 10);
    // What could not be sent was not sent in part: reading goes on where it stopped.
    std::size_t came = 0;
    REQUIRE(eventually([&] {
        const auto received = source->receive(milliseconds(20));
        if (const auto* message = std::get_if<RawMessage>(&received)) {
            REQUIRE(message->topic == "pop/LHR");
            REQUIRE(message->payload.size() == payload.size());
            ++came;
        }
        return came == sent;
    }));
    REQUIRE(publisher->send("event", "the last"));
    CHECK((take(*source, 1) == Messages{{"event", "the last"}}));
}

TEST_CASE("an endpoint that cannot be used is refused by name", "[publish]") {
    const auto nonsense = PublishingSocket::open({.bind = {"nonsense"}});
    REQUIRE(!nonsense);
    CHECK_THAT(nonsense.error(), containsText("nonsense"));
    const auto first = waitingPublisher({"tcp://127.0.0.1:*"});
    const auto taken = PublishingSocket::open({.bind = first->boundEndpoints()});
    REQUIRE(!taken);
    CHECK_THAT(taken.error(), containsText(first->boundEndpoints()[0]));
}

TEST_CASE("a publisher whose messages grow is heard all the same", "[publish]") {
    auto opened = PublishingSocket::open(
        {.bind = {"tcp://127.0.0.1:*"}, .queueBytes = 256U << 10U, .load = {.messageBytes = 600}});
    REQUIRE(opened);
    auto& publisher = *opened.value();
    const auto source = listener({.connect = publisher.boundEndpoints()});
    REQUIRE(awaitSubscriptions(publisher, 1));
    // All is read as it comes, so nothing is ever in the way.
    const auto isHeard = [&](std::size_t bytes, int count) {
        for (int i = 0; i < count; ++i) {
            REQUIRE(publisher.send("pop/LHR", std::string(bytes, 'x')));
            if (take(*source, 1).size() != 1) return false;
        }
        return true;
    };
    const int before = GENERATE(0, 40, 120, 210);
    CHECK(isHeard(600, before));
    const auto isSubscribed = [&] {
        source->receive(milliseconds(0)); // it says again what it wants while it is used
        return publisher.subscriptions(milliseconds(20)) == 1;
    };
    publisher.expect({.messageBytes = 200'000});
    REQUIRE(eventually(isSubscribed));
    CHECK(isHeard(200'000, 120));
    CHECK(isHeard(600, 300));
    publisher.expect({.messageBytes = 600}); // more of them may wait again
    REQUIRE(eventually(isSubscribed));
    CHECK(isHeard(600, 500));
}

TEST_CASE("a publisher that once had more to say than may wait is heard afterwards", "[publish]") {
    auto opened = PublishingSocket::open({.bind = {"tcp://127.0.0.1:*"}, .load = {.mostWaiting = 180}});
    REQUIRE(opened);
    auto& publisher = *opened.value();
    const auto source = listener({.connect = publisher.boundEndpoints(), .receiveHighWaterMark = 10});
    REQUIRE(awaitSubscriptions(publisher, 1));
    // Nobody reads, so it is full, and so is all between them.
    const std::string payload(100'000, 'x');
    for (int i = 0; i < 2'000; ++i)
        REQUIRE(publisher.send("node/LHR", payload));
    publisher.expect({.mostWaiting = 70'000});
    CHECK(eventually([&] { // it may have to come back
        publisher.readSubscriptions();
        publisher.send("pop/LHR", "a report");
        const auto received = source->receive(milliseconds(20));
        const auto* message = std::get_if<RawMessage>(&received);
        return message && message->topic == "pop/LHR";
    }));
}

TEST_CASE("publishers that expect something else while they are not let in go on", "[publish][trust]") {
    Machine wall, agents;
    agents.knows(wall.key());
    const auto source = listener({.bind = {"tcp://0.0.0.0:*"}, .context = wall.context});
    std::vector<std::unique_ptr<PublishingSocket>> publishers;
    for (int i = 0; i < 20; ++i) {
        auto opened = PublishingSocket::open(
            {.connect = {source->endpoints().front().name}, .context = agents.context});
        REQUIRE(opened);
        publishers.push_back(std::move(opened.value()));
    }
    // Each has something else to say in one of five turns, and is refused in any of them.
    int turn = 0;
    CHECK(eventually([&] {
        ++turn;
        for (std::size_t i = 0; i < publishers.size(); ++i) {
            publishers[i]->subscriptions(milliseconds(0));
            const bool isLong = (turn + i) / 5 % 2 == 0;
            publishers[i]->expect({.messageBytes = isLong ? 20'000U : 2'000U});
        }
        source->receive(milliseconds(1));
        return turn >= 200;
    }));
    wall.allows({"EWR/edge-1", agents.key(), {"EWR/edge-1"}, {"EWR"}, {"edge-1"}});
    CHECK(eventually([&] {
        source->receive(milliseconds(1));
        publishers.front()->readSubscriptions();
        return publishers.front()->wanted("pop/EWR");
    }));
}

TEST_CASE("within a process a publisher whose messages grow is heard all the same", "[publish]") {
    const auto context = std::make_shared<ZmqContext>();
    const std::string endpoint = "inproc://growing";
    auto opened = PublishingSocket::open(
        {.bind = {endpoint}, .waits = true, .queueBytes = 4U << 20U, .context = context});
    REQUIRE(opened);
    auto& publisher = *opened.value();
    const auto source = listener({.connect = {endpoint}, .receiveHighWaterMark = 10, .context = context});
    REQUIRE(awaitSubscriptions(publisher, 1));
    publisher.expect({.messageBytes = 20'000});
    for (int i = 0; i < 5'000; ++i) {
        REQUIRE(publisher.send("pop/LHR", "a report"));
        REQUIRE(take(*source, 1).size() == 1);
    }
}

TEST_CASE("a subscriber that stands still takes no more of large messages than the budget", "[publish]") {
    auto opened = PublishingSocket::open({.bind = {"tcp://127.0.0.1:*"},
                                          .waits = true,
                                          .queueBytes = 16U << 20U,
                                          .load = {.messageBytes = 64U << 10U}});
    REQUIRE(opened);
    auto& publisher = *opened.value();
    const auto source = listener({.connect = publisher.boundEndpoints(), .receiveHighWaterMark = 10});
    REQUIRE(awaitSubscriptions(publisher, 1));
    const std::string payload(64U << 10U, 'x');
    std::size_t sent = 0;
    while (sent < 10'000 && publisher.send("node/LHR", payload))
        ++sent;
    CHECK(sent < 600); // 256 of the budget; beside it, what both sides' sockets hold
}
