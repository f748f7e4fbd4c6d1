// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/publisher.h"
#include "feeds/source/zmq_source.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/peek.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/sockets.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <zmq.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <thread>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using surgescope::tests::containsText;

namespace {

/// What a source gives until so many messages came or were refused.
struct Taken {
    std::map<std::string, std::size_t> messages; // by publisher
    std::map<Refusal, std::uint64_t> refused;
    std::string lastRefusal;

    Taken(ZmqSource& source, std::uint64_t expected) {
        std::uint64_t all = 0;
        eventually([&] {
            const auto received = source.receive(milliseconds(20));
            if (const auto* message = std::get_if<RawMessage>(&received)) {
                ++messages[std::string(peek(message->payload)->publisher)];
                ++all;
            } else if (const auto* refusal = std::get_if<Refused>(&received)) {
                refused[refusal->reason] += refusal->count;
                lastRefusal = refusal->text;
                all += refusal->count;
            }
            return all >= expected;
        });
    }
};

/// Two publishers of one process and who listens to them; its clock stands still.
struct FloodedSource {
    TestClock clock;
    std::shared_ptr<ZmqContext> context = std::make_shared<ZmqContext>();
    std::unique_ptr<Publisher> flooding = openPublisher(
        {.name = "flooding", .bind = {"inproc://flooding"}, .lossless = true, .context = context}, clock);
    std::unique_ptr<Publisher> quiet = openPublisher(
        {.name = "quiet", .bind = {"inproc://quiet"}, .lossless = true, .context = context}, clock);
    std::unique_ptr<ZmqSource> source;

    explicit FloodedSource(const PublisherShares::Bounds& bounds)
        : source(openSource({.connect = {"inproc://flooding", "inproc://quiet"},
                             .bounds = bounds,
                             .context = context,
                             .clock = &clock})) {
        flooding->tick();
        quiet->tick();
    }
    void publish(std::size_t flood, std::size_t quietly) {
        for (std::size_t i = 0; i < flood; ++i) {
            auto report = popReport({});
            REQUIRE(flooding->publish(report));
        }
        for (std::size_t i = 0; i < quietly; ++i) {
            auto report = popReport({.pop = "CDG"});
            REQUIRE(quiet->publish(report));
        }
    }
};

/// A raw PUB socket that is no publisher of ours.
struct Stranger {
    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::xpub};
    std::string endpoint;
    Stranger() {
        socket.set(zmq::sockopt::linger, 0);
        socket.bind("tcp://127.0.0.1:*");
        endpoint = socket.get(zmq::sockopt::last_endpoint);
    }
    void awaitSubscriptions(int count) {
        zmq::message_t message;
        for (int i = 0; i < count; ++i)
            static_cast<void>(socket.recv(message));
    }
    void send(const std::vector<std::string>& parts) {
        for (std::size_t i = 0; i < parts.size(); ++i)
            socket.send(zmq::buffer(parts[i]),
                        i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
};

} // namespace

TEST_CASE("telemetry arrives over tcp, ipc and inproc, bound by either side", "[zmq]") {
    TestClock clock;
    SECTION("tcp, the publisher binds") {
        auto publisher = openPublisher({.name = "p", .bind = {"tcp://127.0.0.1:*"}}, clock);
        auto source = openSource({.connect = publisher->boundEndpoints()});
        CHECK(firstTopic(*publisher, *source) == "pop/LHR");
    }
    SECTION("tcp, the dashboard binds") {
        auto source = openSource({.bind = {"tcp://127.0.0.1:*"}});
        auto publisher = openPublisher({.name = "p", .connect = {source->endpoints()[0].name}}, clock);
        CHECK(firstTopic(*publisher, *source) == "pop/LHR");
        CHECK(source->endpoints()[0].binds);
        CHECK(source->endpoints()[0].peers == 1);
        publisher.reset();
        CHECK(eventually([&] {
            source->receive(milliseconds(20));
            return source->endpoints()[0].peers == 0;
        }));
    }
    SECTION("ipc") {
        const auto path =
            std::filesystem::temp_directory_path() / ("surgescope-" + std::to_string(::getpid()));
        auto publisher = openPublisher({.name = "p", .bind = {"ipc://" + path.string()}}, clock);
        auto source = openSource({.connect = {"ipc://" + path.string()}});
        CHECK(firstTopic(*publisher, *source) == "pop/LHR");
    }
    SECTION("inproc, one process") {
        auto context = std::make_shared<ZmqContext>();
        auto publisher = openPublisher(
            {.name = "p", .bind = {"inproc://feed"}, .lossless = true, .context = context}, clock);
        auto source = openSource({.connect = {"inproc://feed"}, .context = context});
        CHECK(firstTopic(*publisher, *source) == "pop/LHR");
    }
}

TEST_CASE("arrival is stamped by the source", "[zmq]") {
    TestClock clock;
    clock.advance(std::chrono::hours(3));
    auto publisher = openPublisher({.name = "p", .bind = {"tcp://127.0.0.1:*"}}, clock);
    auto source = openSource({.connect = publisher->boundEndpoints(), .clock = &clock});
    std::optional<WallTime> arrived;
    std::int64_t second = kStart;
    CHECK(eventually([&] {
        auto report = popReport({.second = ++second});
        publisher->publish(report);
        const auto received = source->receive(milliseconds(20));
        if (const auto* message = std::get_if<RawMessage>(&received)) arrived = message->arrived;
        return arrived.has_value();
    }));
    CHECK(arrived == clock.wall());
}

TEST_CASE("several endpoints feed one source", "[zmq]") {
    TestClock clock;
    auto first = openPublisher({.name = "first", .bind = {"tcp://127.0.0.1:*"}}, clock);
    auto second = openPublisher({.name = "second", .bind = {"tcp://127.0.0.1:*"}}, clock);
    auto source = openSource({.connect = {first->boundEndpoints()[0], second->boundEndpoints()[0]}});
    CHECK(firstTopic(*first, *source) == "pop/LHR");
    CHECK(firstTopic(*second, *source) == "pop/LHR");
    for (const std::size_t endpoint : {0, 1}) // by its monitor, that may tell later than the feed
        CHECK(eventually([&] {
            (void)source->receive(milliseconds(20));
            return source->endpoints()[endpoint].peers == 1;
        }));
}

TEST_CASE("a late joiner is sent the rosters", "[zmq]") {
    TestClock clock;
    auto publisher = openPublisher({.name = "p", .bind = {"tcp://127.0.0.1:*"}}, clock);
    publisher->setRoster(roster({.nodes = 3}));
    auto source = openSource({.connect = publisher->boundEndpoints()});
    Decoder decoder;
    CHECK(eventually([&] {
        publisher->tick();
        const auto received = source->receive(milliseconds(20));
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) return false;
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* const* got = std::get_if<const Roster*>(&decoded);
        return got && (*got)->nodes.size() == 3;
    }));
}

TEST_CASE("a publisher that comes back is heard again", "[zmq]") {
    TestClock clock;
    auto source = openSource({.bind = {"tcp://127.0.0.1:*"}});
    const auto endpoint = source->endpoints()[0].name;
    for (int life = 0; life < 3; ++life) {
        auto publisher = openPublisher({.name = "p", .connect = {endpoint}}, clock);
        CHECK(firstTopic(*publisher, *source) == "pop/LHR");
        clock.advance(milliseconds(10));
    }
}

TEST_CASE("sequences count per topic and only what was sent", "[zmq]") {
    TestClock clock;
    auto publisher = openPublisher({.name = "p", .bind = {"tcp://127.0.0.1:*"}}, clock);
    auto lhr = popReport({});
    auto cdg = popReport({.pop = "CDG"});
    publisher->publish(lhr);
    publisher->publish(lhr);
    publisher->publish(cdg);
    CHECK(lhr.header.sequence == 2);
    CHECK(cdg.header.sequence == 1);
    CHECK(lhr.header.publisher == "p");
    CHECK(lhr.header.session == static_cast<std::uint64_t>(clock.wall().time_since_epoch().count()));
}

TEST_CASE("a publisher knows which node columns anybody wants", "[zmq]") {
    TestClock clock;
    auto publisher = openPublisher({.name = "p", .bind = {"tcp://127.0.0.1:*"}}, clock);
    auto source = openSource({.connect = publisher->boundEndpoints()});
    firstTopic(*publisher, *source);
    const auto becomes = [&](bool wanted) {
        return eventually([&] {
            source->receive(milliseconds(10)); // a subscription leaves with the socket's next turn
            publisher->tick();
            return publisher->wanted("node/LHR") == wanted;
        });
    };
    CHECK_FALSE(publisher->wanted("node/LHR"));
    source->subscribe("node/LHR");
    CHECK(becomes(true));
    CHECK_FALSE(publisher->wanted("node/CDG"));
    source->unsubscribe("node/LHR");
    CHECK(becomes(false));
}

TEST_CASE("messages of one or three parts are refused whole", "[zmq]") {
    Stranger stranger;
    auto source = openSource({.connect = {stranger.endpoint}});
    stranger.awaitSubscriptions(4);
    stranger.send({"pop/LHR"});
    stranger.send({"pop/LHR", "a", "b", "c"});
    stranger.send({"pop/LHR", "payload"});
    std::vector<std::string> seen;
    eventually([&] {
        const auto received = source->receive(milliseconds(50));
        if (const auto* refused = std::get_if<Refused>(&received)) seen.push_back(refused->text);
        if (const auto* message = std::get_if<RawMessage>(&received)) seen.emplace_back(message->payload);
        return seen.size() == 3;
    });
    REQUIRE(seen.size() == 3);
    CHECK_THAT(seen[0], containsText("one part"));
    CHECK_THAT(seen[1], containsText("4 parts"));
    CHECK(seen[2] == "payload");
}

TEST_CASE("who floods is refused by name and whoever is quiet is heard", "[zmq]") {
    FloodedSource f({.messagesPerSecond = 100});
    f.publish(5'000, 50);
    Taken taken(*f.source, 5'050);
    CHECK(taken.messages["quiet"] == 50);
    CHECK(taken.messages["flooding"] == 100);
    CHECK(taken.refused == std::map<Refusal, std::uint64_t>{{Refusal::flood, 4'900}});
    CHECK_THAT(taken.lastRefusal, containsText("'flooding' under the topic 'pop/LHR'") &&
                                      containsText("at most 100 messages and 128 MB a second"));
    f.clock.advance(milliseconds(1'000)); // it may speak again
    f.publish(10, 0);
    CHECK(Taken(*f.source, 10).messages["flooding"] == 10);
}

TEST_CASE("what waits is bounded in bytes and nobody takes all the room", "[zmq]") {
    constexpr std::size_t kRoom = 400'000;
    FloodedSource f({.waitingBytes = kRoom});
    f.publish(2'000, 50);
    Taken taken(*f.source, 2'050);
    CHECK(taken.messages["quiet"] == 50);
    CHECK(taken.messages["flooding"] < 1'000);
    CHECK(taken.messages["flooding"] > 50);
    CHECK(taken.refused[Refusal::queueFull] + taken.messages["flooding"] == 2'000);
    CHECK_THAT(taken.lastRefusal, containsText("'flooding'") && containsText("to wait"));
}

TEST_CASE("publishers of this process are waited for and never refused", "[zmq]") {
    TestClock clock;
    auto context = std::make_shared<ZmqContext>();
    auto publisher =
        openPublisher({.name = "p", .bind = {"inproc://own"}, .lossless = true, .context = context}, clock);
    auto source = openSource({.connect = {"inproc://own"},
                              .bounds = {.messagesPerSecond = 1, .waitingBytes = 1},
                              .publishersWait = true,
                              .context = context,
                              .clock = &clock});
    publisher->tick();
    for (int i = 0; i < 1'000; ++i) {
        auto report = popReport({});
        REQUIRE(publisher->publish(report));
    }
    Taken taken(*source, 1'000);
    CHECK(taken.messages["p"] == 1'000);
    CHECK(taken.refused.empty());
}

TEST_CASE("waiting ends when woken from another thread", "[zmq]") {
    auto source = openSource({.bind = {"tcp://127.0.0.1:*"}});
    std::thread waker([&] { source->wake(); });
    const auto received = source->receive(std::chrono::hours(1));
    waker.join();
    CHECK(std::holds_alternative<Source::Nothing>(received));
}

TEST_CASE("an endpoint that cannot be used is refused in words", "[zmq]") {
    const auto refusal = [](const ZmqSource::Options& options) {
        const auto source = ZmqSource::open(options);
        REQUIRE_FALSE(source);
        return source.error();
    };
    CHECK_THAT(refusal({.connect = {"nonsense"}}),
               containsText("connect to 'nonsense'") && containsText("expected tcp://"));
    CHECK_THAT(refusal({.connect = {"http://x:1"}}), containsText("expected tcp://"));
    CHECK_THAT(refusal({.bind = {"tcp://127.0.0.1:99999999"}}), containsText("a port from 1 to 65535"));
    auto first = openSource({.bind = {"tcp://127.0.0.1:*"}});
    CHECK_THAT(refusal({.bind = {first->endpoints()[0].name}}), containsText("in use"));
}
