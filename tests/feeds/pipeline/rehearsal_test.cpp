// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/pipeline.h"
#include "feeds/pipeline/rehearsal.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/source/zmq_source.h"
#include "feeds/wire/decode.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait.h"

#include <optional>
#include <thread>
#include <variant>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

Rehearsal::Options fastRehearsal(const std::shared_ptr<ZmqContext>& context, std::uint64_t seconds) {
    Rehearsal::Options options;
    options.scenario = *sim::findScenario("triple-drop");
    options.nodes = 1'000;
    options.speed = 1'000;
    options.seconds = seconds;
    options.publisher = {
        .name = "simulator", .bind = {"inproc://rehearsal"}, .lossless = true, .context = context};
    return options;
}

/// All bytes of PoP reports, node columns and the rest, but rosters, that a rehearsal sends.
std::string bytesOfRehearsal(std::uint64_t seed) {
    const SystemClock clock;
    auto context = std::make_shared<ZmqContext>();
    auto options = fastRehearsal(context, 5);
    options.seed = seed;
    options.publisher.session = 1; // otherwise one of its own for each run
    auto rehearsal = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
    REQUIRE(rehearsal);
    auto source =
        ZmqSource::open({.connect = {"inproc://rehearsal"}, .publishersWait = true, .context = context});
    REQUIRE(source);
    for (const char* topic : {"pop/", "node/", "event", "global"})
        source.value()->subscribe(topic);
    std::jthread thread([&](const std::stop_token& stop) { rehearsal.value()->run(stop); });
    std::string bytes;
    int seconds = 0;
    CHECK(eventually([&] {
        const auto received = source.value()->receive(milliseconds(100));
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) return false;
        bytes += message->topic;
        bytes += message->payload;
        if (message->topic == "global") ++seconds;
        return seconds == 5;
    }));
    return bytes;
}

} // namespace

TEST_CASE("same seed, same bytes, and another seed, others", "[rehearsal]") {
    const auto first = bytesOfRehearsal(7);
    CHECK(first.size() > 1'000'000);
    CHECK(first == bytesOfRehearsal(7));
    CHECK(first != bytesOfRehearsal(8));
}

TEST_CASE("a rehearsal reaches the frames like any feed, without loss", "[rehearsal]") {
    const SystemClock clock;
    auto context = std::make_shared<ZmqContext>();
    auto rehearsal = Rehearsal::open(fastRehearsal(context, 40), PopCatalogue::builtIn(), clock);
    REQUIRE(rehearsal);
    auto source =
        ZmqSource::open({.connect = {"inproc://rehearsal"}, .publishersWait = true, .context = context});
    REQUIRE(source);
    Pipeline pipeline(std::move(source.value()), PopCatalogue::builtIn(), clock,
                      {.frameEvery = milliseconds(20)});
    std::jthread thread([&](const std::stop_token& stop) { rehearsal.value()->run(stop); });

    const auto last = sim::findScenario("triple-drop")->start() + std::chrono::seconds(39);
    std::shared_ptr<const Frame> frame;
    CHECK(eventually([&] {
        if (auto next = pipeline.frames().take())
            frame = next;
        else
            std::this_thread::yield();
        return frame && frame->settled == last;
    }));
    REQUIRE(frame);
    CHECK(frame->mode == FeedMode::rehearsal);
    CHECK(frame->health.lost == 0);
    CHECK(frame->health.refused.empty());
    CHECK(frame->pops.size() == 391);
    CHECK(frame->world.nodesHeard == 1'000);
    CHECK(frame->world.nodesExpected == 1'000);
    CHECK(frame->world[Measure::requests_per_second].quality == Quality::measured);
}

TEST_CASE("faster than real time a slow subscriber of another process misses nothing on the way",
          "[rehearsal]") {
    const SystemClock clock;
    const TemporaryFolder folder;
    const auto endpoint = "ipc://" + (folder.path() / "slow").string();
    auto context = std::make_shared<ZmqContext>();
    auto options = fastRehearsal(context, 60);
    options.publisher.bind = {endpoint};
    auto rehearsal = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
    REQUIRE(rehearsal);
    auto source = ZmqSource::open({.connect = {endpoint}, .receiveHighWaterMark = 100});
    REQUIRE(source);
    for (const char* topic : {"pop/", "global"})
        source.value()->subscribe(topic);
    std::jthread thread([&](const std::stop_token& stop) {
        rehearsal.value()->run(stop);
        rehearsal.value().reset(); // it has said all it had to say
    });
    // Of the last second ZeroMQ may keep some kilobytes when a connection is full and is closed.
    const auto last = sim::findScenario("triple-drop")->start() + std::chrono::seconds(58);
    Decoder decoder;
    std::optional<FeedSecond> first; // it may come a few seconds late
    int heard = 0;
    CHECK(eventually([&] {
        const auto received = source.value()->receive(milliseconds(100));
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message || message->topic != "global") return false;
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* global = std::get_if<const Global*>(&decoded);
        if (!global) return false;
        if (!first) first = (*global)->header.intervalEnd;
        ++heard;
        return (*global)->header.intervalEnd == last;
    }));
    REQUIRE(first);
    CHECK(heard == (last - *first).count() + 1);
}

TEST_CASE("however fast, a rehearsal is no flood to another process", "[rehearsal]") {
    const SystemClock clock;
    const TemporaryFolder folder;
    auto context = std::make_shared<ZmqContext>();
    auto options = fastRehearsal(context, 150);
    options.publisher.bind = {"ipc://" + (folder.path() / "fast").string()};
    options.messagesPerSecond = 18'000;
    auto rehearsal = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
    REQUIRE(rehearsal);
    auto source =
        ZmqSource::open({.connect = options.publisher.bind, .bounds = {.messagesPerSecond = 20'000}});
    REQUIRE(source);
    for (const char* topic : {"pop/", "global"})
        source.value()->subscribe(topic);
    std::jthread thread([&](const std::stop_token& stop) { rehearsal.value()->run(stop); });
    std::size_t messages = 0;
    std::string refused;
    CHECK(eventually([&] {
        const auto received = source.value()->receive(milliseconds(100));
        if (const auto* one = std::get_if<Refused>(&received)) refused = one->text;
        messages += std::holds_alternative<RawMessage>(received) ? 1 : 0;
        return !refused.empty() || messages > 50'000; // of 58,800; the first may go before anybody listens
    }));
    CHECK(refused.empty());
}

TEST_CASE("a rehearsal stops while its subscriber does not listen", "[rehearsal]") {
    const SystemClock clock;
    auto context = std::make_shared<ZmqContext>();
    auto options = fastRehearsal(context, 1'000'000);
    auto rehearsal = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
    REQUIRE(rehearsal);
    auto source = ZmqSource::open({.connect = {"inproc://rehearsal"},
                                   .publishersWait = true,
                                   .receiveHighWaterMark = 1,
                                   .context = context});
    REQUIRE(source);
    source.value()->subscribe("pop/");
    std::jthread thread([&](const std::stop_token& stop) { rehearsal.value()->run(stop); });
    CHECK(eventually([&] {
        return !std::holds_alternative<Source::Nothing>(source.value()->receive(milliseconds(100)));
    }));
    thread.request_stop();
    thread.join();
    SUCCEED();
}

TEST_CASE("levers of a running rehearsal are pulled over its control socket", "[rehearsal]") {
    const SystemClock clock;
    auto context = std::make_shared<ZmqContext>();
    auto options = fastRehearsal(context, 1'000'000);
    options.control = "tcp://127.0.0.1:*";
    options.speed = 20;
    auto rehearsal = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
    REQUIRE(rehearsal);
    REQUIRE(rehearsal.value()->control());
    auto source =
        ZmqSource::open({.connect = {"inproc://rehearsal"}, .publishersWait = true, .context = context});
    REQUIRE(source);
    source.value()->subscribe("event");
    std::jthread thread([&](const std::stop_token& stop) { rehearsal.value()->run(stop); });
    const auto& control = rehearsal.value()->control()->endpoint();
    ZmqContext asking;
    CHECK(ask(kLevers, control, "drain=LHR", milliseconds(10'000), asking).value() == "LHR drained");
    CHECK(ask(kLevers, control, "drain=Londn", milliseconds(10'000), asking)
              .error()
              .starts_with("lever drain: no PoP 'Londn'"));
    std::string payload;
    CHECK(eventually([&] {
        const auto received = source.value()->receive(milliseconds(100));
        if (const auto* message = std::get_if<RawMessage>(&received)) payload = message->payload;
        return payload.find("LHR drained") != std::string::npos;
    }));
}

TEST_CASE("a rehearsal without a usable control endpoint does not begin", "[rehearsal]") {
    const SystemClock clock;
    auto options = fastRehearsal(std::make_shared<ZmqContext>(), 1);
    options.control = "tcp://127.0.0.1:99999";
    const auto rehearsal = Rehearsal::open(options, PopCatalogue::builtIn(), clock);
    REQUIRE_FALSE(rehearsal);
    CHECK(rehearsal.error().find("port from 1 to 65535") != std::string::npos);
}
