// SPDX-License-Identifier: GPL-3.0-or-later
// What a stream of NATS gives: a quarter of an hour of 391 PoPs onto a wall that comes late, and how late 50
// walls hear of a report. Starts a nats-server of its own.
#include "feeds/model/pop_catalogue.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/publish/publisher.h"
#include "feeds/source/nats_source.h"
#include "feeds/wire/peek.h"

#include "tests/support/messages.h"
#include "tests/support/nats_fixture.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

const SystemClock kBenchClock;

std::int64_t nowSecond() {
    return std::chrono::floor<std::chrono::seconds>(kBenchClock.wall()).time_since_epoch().count();
}

/// A report as large as a PoP's in a launch.
PopReport fullReport(const std::string& pop, std::int64_t second) {
    auto report = popReport({.pop = pop, .second = second, .nodes = 200});
    for (std::uint64_t i = 0; i < 120; ++i)
        report.totals[Distribution::ttfb_hit].record(300 + i * i * 40, 7 + i);
    return report;
}

void publishSecond(Publisher& publisher, const PopCatalogue& catalogue, std::int64_t second) {
    for (const auto& pop : catalogue.pops()) {
        auto report = fullReport(pop.code, second);
        while (!publisher.publish(report)) {
        }
    }
    publisher.tick();
}

void lateWall(const NatsFixture& nats, const PopCatalogue& catalogue, std::size_t seconds) {
    const auto begin = kBenchClock.steady();
    auto source = NatsSource::open({.endpoint = nats.endpoint(), .history = std::chrono::seconds(3'600)});
    FeedStep step(*source.value(), catalogue, kBenchClock, NodeColumnsWanted::ofSelectedPop, {});
    std::size_t received = 0;
    bool sought = false;
    while (!sought || step.isSeeking()) {
        received += step.receive(milliseconds(10));
        sought = sought || step.isSeeking() || received > 0;
    }
    const auto took = secondsBetween(begin, kBenchClock.steady());
    const auto frame = step.buildFrame(0);
    std::printf("late wall: %zu messages, %zu s of %zu PoPs in %.2f s: %.0f times as fast, %.0f a second\n",
                received, seconds, catalogue.pops().size(), took, static_cast<double>(seconds) / took,
                static_cast<double>(received) / took);
    for (const auto& refused : frame->health.refused)
        std::printf("  refused %llu: %s\n", static_cast<unsigned long long>(refused.count),
                    refused.reason.c_str());
}

void manyWalls(const NatsFixture& nats, Publisher& publisher, const PopCatalogue& catalogue,
               std::size_t walls) {
    std::vector<std::vector<double>> late(walls);
    std::vector<std::jthread> threads;
    for (auto& own : late)
        threads.emplace_back([&own, &nats](const std::stop_token& stop) {
            auto source = NatsSource::open({.endpoint = nats.endpoint()});
            source.value()->subscribe("pop/");
            while (!stop.stop_requested()) {
                const auto received = source.value()->receive(milliseconds(50));
                const auto* message = std::get_if<RawMessage>(&received);
                const auto peeked = message ? peek(message->payload) : std::nullopt;
                if (!peeked) continue;
                const auto sent = WallTime(std::chrono::microseconds(peeked->sentUs));
                own.push_back(std::chrono::duration<double, std::milli>(message->arrived - sent).count());
            }
        });
    std::this_thread::yield();
    const auto until = nowSecond() + 15;
    for (auto second = nowSecond() + 3; second < until; ++second) {
        while (nowSecond() < second)
            publisher.tick();
        publishSecond(publisher, catalogue, second);
    }
    for (auto& thread : threads)
        thread.request_stop();
    threads.clear();
    std::vector<double> all;
    for (auto& own : late)
        all.insert(all.end(), own.begin(), own.end());
    std::ranges::sort(all);
    if (all.empty()) return;
    std::printf("%zu walls: %zu reports heard, p50 %.1f ms, p99 %.1f ms\n", walls, all.size(),
                all[all.size() / 2], all[all.size() * 99 / 100]);
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t seconds = argc > 1 ? std::stoul(argv[1]) : 900;
    NatsFixture nats;
    nats.start();
    const auto& catalogue = PopCatalogue::builtIn();
    auto opened = Publisher::open({.name = "relay",
                                   .connect = {nats.endpoint()},
                                   .lossless = true,
                                   .stream = NatsStream{.keepBytes = 900U << 20U}},
                                  kBenchClock);
    auto& publisher = *opened.value();
    while (publisher.endpoints().front().peers == 0)
        publisher.tick();
    const auto now = nowSecond();
    const auto begin = kBenchClock.steady();
    for (std::size_t i = 0; i < seconds; ++i)
        publishSecond(publisher, catalogue, now - static_cast<std::int64_t>(seconds - i));
    std::printf("published %zu s in %.1f s, %.0f bytes a report\n", seconds,
                secondsBetween(begin, kBenchClock.steady()),
                static_cast<double>(publisher.sentBytes()) / static_cast<double>(publisher.sentMessages()));
    lateWall(nats, catalogue, seconds);
    for (const std::size_t walls : {1, 50})
        manyWalls(nats, publisher, catalogue, walls);
}
