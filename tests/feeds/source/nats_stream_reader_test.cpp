// SPDX-License-Identifier: GPL-3.0-or-later
// What comes of a stream and what comes straight, put in order: without a server.
#include "feeds/source/nats_stream_reader.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/peek.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <memory>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

/// A wall's reader, with a stream that was found and read up to now.
struct Listener {
    explicit Listener(std::chrono::seconds history = 0s) : reader(history, std::nullopt, {}, clock) {
        NatsConnection::Options options{
            .servers = {.endpoint = "nats://nowhere", .urls = {"nats://127.0.0.1:1"}}};
        auto opened = NatsConnection::open(std::move(options)); // and never started
        if (!opened) FAIL(opened.error());
        connection = std::move(opened.value());
        reader.begin(*connection);
        reader.subscribe("pop/");
    }
    NatsMessage said(std::uint64_t number, const std::string& reply) {
        auto report = popReport({.second = kStart + static_cast<std::int64_t>(number), .sequence = number});
        const std::string payload(encoder.encode(report));
        natsMsg* made = nullptr;
        natsMsg_Create(&made, "surgescope.pop.LHR", reply.empty() ? nullptr : reply.c_str(), payload.data(),
                       static_cast<int>(payload.size()));
        return NatsMessage(made);
    }
    void straight(std::uint64_t number) { reader.hear(said(number, {})); }
    /// The stream brings it, and so many more follow.
    void stream(std::uint64_t number, std::uint64_t behind, std::chrono::seconds ago = 0s) {
        const auto stored = std::chrono::nanoseconds((clock.wall() - ago).time_since_epoch()).count();
        reader.hear(said(number, "$JS.ACK.SURGESCOPE." + consumer + ".1." + std::to_string(number) + "." +
                                     std::to_string(++read) + "." + std::to_string(stored) + "." +
                                     std::to_string(behind)));
    }
    void heartbeat() {
        natsMsg* made = nullptr;
        natsMsg_Create(&made, reader.inbox().c_str(), nullptr, nullptr, 0);
        natsMsgHeader_Set(made, "Status", "100");
        reader.hear(NatsMessage(made));
    }
    /// A server answers that the stream is there, and that so many messages wait.
    void found(std::uint64_t waiting, FoundStream stream = {.createdNs = 1, .first = 1}) {
        consumer = "reader" + std::to_string(++consumers);
        read = 0;
        reader.take({.stream = stream, .consumer = {consumer, waiting}, .from = {}, .error = {}});
        reader.pull();
    }
    void wait(std::chrono::milliseconds time) {
        for (const auto end = clock.steady() + time; clock.steady() < end; clock.advance(100ms)) {
            reader.question();
            reader.forgoPast();
        }
    }
    /// What was given since the last call.
    std::vector<std::uint64_t> given() {
        std::vector<std::uint64_t> numbers;
        times.clear();
        while (const auto next = reader.intake().next())
            if (const auto* message = std::get_if<RawMessage>(&*next)) {
                numbers.push_back(peek(message->payload)->sequence);
                CHECK(message->arrived >= arrived);
                arrived = message->arrived;
                times.push_back(arrived);
            }
        return numbers;
    }
    bool isTold(const std::string& text) const {
        return std::ranges::any_of(connection->status().troubles, [&](const Counted& trouble) {
            return trouble.what.find(text) != std::string::npos;
        });
    }

    TestClock clock;
    Encoder encoder;
    std::unique_ptr<NatsConnection> connection;
    NatsStreamReader reader;
    std::string consumer;
    std::uint64_t read = 0;
    int consumers = 0;
    WallTime arrived{};          // last
    std::vector<WallTime> times; // of arrival, of what was given
};

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("when a line was cut, what was said meanwhile comes before what is said now", "[nats]") {
    Listener wall;
    wall.found(0);
    wall.straight(1);
    CHECK(wall.given() == Numbers{1});
    wall.wait(70s);
    CHECK(wall.isTold("the stream stood still"));
    wall.found(0); // at a server that has no news itself
    wall.straight(5);
    CHECK(wall.given().empty());
    wall.wait(3s);
    CHECK(wall.given().empty());
    wall.found(4);
    wall.stream(1, 3, 70s);
    wall.stream(2, 2, 8s);
    wall.straight(6);
    wall.stream(3, 1, 6s);
    wall.stream(4, 0, 4s);
    CHECK(wall.given().empty());
    wall.stream(5, 1, 3s);
    wall.stream(6, 0);
    CHECK(wall.given() == Numbers{2, 3, 4, 5, 6});
    wall.straight(7);
    CHECK(wall.given() == Numbers{7});
}

TEST_CASE(
    "a stream that is read from a server which was cut off has caught up when what came straight is in it",
    "[nats]") {
    Listener wall;
    wall.found(0);
    wall.straight(1);
    wall.stream(1, 0);
    for (int i = 0; i < 20; ++i) { // the server goes on, and has no news itself
        wall.wait(500ms);
        wall.heartbeat();
    }
    CHECK_FALSE(wall.isTold("stood still"));
    wall.straight(2); // it was in the line when that was cut
    wall.straight(5);
    wall.stream(2, 0, 10s);
    wall.straight(6);
    wall.stream(3, 1, 8s);
    wall.stream(4, 0, 4s);
    CHECK(wall.given() == Numbers{1, 2});
    wall.stream(5, 0);
    CHECK(wall.given() == Numbers{3, 4, 5, 6});
    wall.straight(7);
    CHECK(wall.given() == Numbers{7});
}

TEST_CASE("nobody waits for ever for a stream that does not come back", "[nats]") {
    Listener wall;
    wall.found(0);
    wall.straight(1);
    wall.wait(10s);
    wall.straight(5);
    wall.wait(35s);
    CHECK(wall.given() == Numbers{1});
    wall.wait(10s);
    CHECK(wall.given() == Numbers{5});
    wall.straight(6);
    CHECK(wall.given() == Numbers{6});
}

TEST_CASE("a stream without a leader stops nothing that comes straight", "[nats]") {
    Listener wall;
    wall.found(0);
    Numbers all;
    for (std::uint64_t second = 1; second <= 10; ++second) {
        wall.straight(second);
        wall.wait(1s);
        for (const auto number : wall.given())
            all.push_back(number);
    }
    CHECK(wall.isTold("the stream stood still"));
    CHECK(all == Numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    // Nor does another server, for more than a moment.
    wall.found(0);
    wall.reader.connectedAnew();
    wall.straight(11);
    CHECK(wall.given().empty());
    wall.wait(2s);
    CHECK(wall.given() == Numbers{11});
}

TEST_CASE("a past whose server is lost goes on from another one", "[nats]") {
    Listener wall(900s);
    wall.found(100);
    wall.stream(1, 99);
    wall.straight(101);
    wall.wait(8s); // until another leader is found
    wall.found(99);
    CHECK(wall.reader.isInPast());
    for (std::uint64_t number = 2; number <= 101; ++number)
        wall.stream(number, 101 - number);
    CHECK_FALSE(wall.reader.isInPast());
    const auto given = wall.given();
    REQUIRE(given.size() == 101);
    for (std::uint64_t number = 1; number <= 101; ++number)
        CHECK(given[number - 1] == number);
    CHECK(wall.given().empty());
}

TEST_CASE("what a stream without a leader took late is in the order in which it was said", "[nats]") {
    Listener wall(900s);
    wall.found(9);
    wall.stream(1, 8, 60s);
    wall.stream(10, 7, 50s); // a leader is found: what is said now, and then what was sent again
    for (std::uint64_t number = 2; number <= 8; ++number)
        wall.stream(number, 9 - number, 48s);
    CHECK(wall.given() == Numbers{1});
    wall.stream(9, 1, 47s);
    wall.stream(11, 0, 40s);
    CHECK(wall.given() == Numbers{2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("what came straight while the stream had no leader is in its order as well", "[nats]") {
    Listener wall;
    wall.found(0);
    wall.straight(1);
    wall.wait(10s); // the line is cut
    wall.found(0);
    for (std::uint64_t number = 4; number <= 15; ++number) {
        wall.straight(number);
        wall.wait(1s);
        wall.heartbeat();
    }
    CHECK(wall.given() == Numbers{1});
    wall.stream(2, 1, 20s);
    wall.stream(3, 0, 19s);
    wall.straight(16);
    wall.stream(16, 0); // a leader was found: the rest is sent again and comes later
    CHECK(wall.given() == Numbers{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
    const auto now = wall.clock.wall();
    REQUIRE(wall.times.size() == 15);
    CHECK(wall.times[1] == now - 19s);
    CHECK(wall.times[2] == now - 12s); // when it was heard
    CHECK(wall.times[13] == now - 1s);
    CHECK(wall.times[14] == now);
    wall.stream(4, 0);
    wall.straight(17);
    CHECK(wall.given() == Numbers{17});
}

TEST_CASE("what a new leader numbers otherwise than the last one did is not missed", "[nats]") {
    Listener wall;
    wall.found(0);
    for (std::uint64_t number = 1; number <= 3'000; ++number)
        wall.stream(number, 0);
    CHECK(wall.given().size() == 3'000);
    wall.reader.connectedAnew();
    const auto question = wall.reader.question();
    REQUIRE(question);
    CHECK(question->from.sequence == 1'001);
    wall.found(2'000);
    for (std::uint64_t number = 1'001; number <= 3'001; ++number)
        wall.stream(number, 3'001 - number);
    CHECK(wall.given() == Numbers{3'001});
    CHECK_FALSE(wall.isTold("thrown away"));
}

TEST_CASE("what somebody else does to the stream is said once", "[nats]") {
    Listener wall;
    const auto look = [&](const FoundStream& stream) {
        wall.reader.take({.stream = stream, .consumer = {}, .from = {}, .error = {}});
    };
    const FoundStream before{.createdNs = 1, .first = 1, .last = 9, .keeps = "pops and rosters"};
    wall.found(0, before);
    look(before);
    CHECK(wall.connection->status().troubles.empty());
    auto after = before;
    after.keeps = "pops";
    look(after);
    look(after);
    REQUIRE(wall.connection->status().troubles.size() == 1);
    CHECK(wall.connection->status().troubles[0].what == "the stream was changed, and keeps now: pops");
    CHECK(wall.connection->status().troubles[0].count == 1);
    after.first = 20;
    after.last = 19;
    look(after);
    look(after);
    REQUIRE(wall.isTold("the stream was emptied"));
    CHECK(wall.connection->status().troubles[1].count == 1);
}

TEST_CASE("a stream keeps what is in it, and an empty one nothing", "[nats]") {
    Listener wall;
    CHECK_FALSE(wall.reader.keptSince());
    wall.found(0, {.createdNs = 1}); // as it was made: neither first nor last
    CHECK_FALSE(wall.reader.keptSince());
    const auto stored = wall.clock.wall();
    const auto look = [&](const FoundStream& stream) {
        wall.reader.take({.stream = stream, .consumer = {}, .from = {}, .error = {}});
    };
    look({.createdNs = 1, .first = 1, .last = 1, .firstStored = stored});
    CHECK(wall.reader.keptSince() == stored);
    look({.createdNs = 1, .first = 2, .last = 1}); // emptied
    CHECK_FALSE(wall.reader.keptSince());
}
