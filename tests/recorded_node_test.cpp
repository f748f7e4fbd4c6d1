// SPDX-License-Identifier: GPL-3.0-or-later
// From a real edge node into a recording and back: nginx, the agent as a user runs it, a feed that is
// recorded.
#include "feeds/capture/recorder.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/source/replay_source.h"
#include "feeds/source/zmq_source.h"

#include "tests/support/catch.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <chrono>
#include <memory>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("what a real nginx did is shown again by the recording", "[end-to-end]") {
    const int syslogPort = freeUdpPort();
    NginxFixture nginx(static_cast<std::uint16_t>(syslogPort));
    for (int i = 0; i < 30; ++i)
        nginx.putObject("/audio/" + std::to_string(i), std::string(2'000, 'a'));
    nginx.start();

    const TemporaryFolder folder;
    const auto path = (folder.path() / "node.mcap").string();
    const SystemClock clock;
    auto source = ZmqSource::open({.bind = {"tcp://127.0.0.1:*"}});
    REQUIRE(source);
    auto recorder = Recorder::open({.path = path}, clock);
    REQUIRE(recorder);
    FeedStep live(*source.value(), PopCatalogue::builtIn(), clock, NodeColumnsWanted::all,
                  {recorder.value().get()});
    std::shared_ptr<const Frame> shown;
    const auto awaits = [&](auto holds) {
        return eventually([&] {
            live.receive(milliseconds(20));
            shown = live.buildFrame(0);
            return holds(*shown);
        });
    };
    Process agent({std::string(SURGESCOPE_PROGRAMS) + "/surgescope-agent", "--pop", "EWR", "--node", "edge-1",
                   "--connect", source.value()->endpoints()[0].name, "--collect",
                   "nginx lines=udp:" + std::to_string(syslogPort) + " status=" + nginx.statusUrl()});
    REQUIRE(awaits([](const Frame& f) { return f.settled && f.world.nodesHeard == 1; }));

    // Misses, hits and things that are not there, some seconds of them, then purges about half a second late.
    constexpr std::uint64_t kRequests = 4 * 30 + 6 + 5;
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 30; ++i)
            nginx.get("/audio/" + std::to_string(i));
        const auto before = shown->settled;
        REQUIRE(awaits([&](const Frame& f) { return f.settled > before; }));
    }
    for (int i = 0; i < 6; ++i)
        nginx.get("/audio/none-" + std::to_string(i));
    for (std::uint64_t i = 1; i <= 5; ++i)
        nginx.purge("/audio/" + std::to_string(i), "purge-" + std::to_string(i), i,
                    static_cast<std::uint64_t>(
                        std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::system_clock::now().time_since_epoch() - milliseconds(500))
                            .count()));
    REQUIRE(nginx.accessLogLines(kRequests).size() == kRequests);
    REQUIRE(awaits([](const Frame& f) {
        return f.sinceStart[Counter::requests] == kRequests && f.sinceStart[Counter::inv_applied] == 5;
    }));
    REQUIRE(shown->world[Measure::requests_per_second].quality == Quality::measured);
    recorder.value()->stop(); // it has exactly what was shown
    REQUIRE(recorder.value()->status().state == Recorder::State::stopped);
    CHECK(agent.terminate() == 0);

    const TestClock still;
    auto recording = ReplaySource::open(path, still, {.speed = replay::kAsFastAsPossible});
    REQUIRE(recording);
    FeedStep replayed(*recording.value(), PopCatalogue::builtIn(), still, NodeColumnsWanted::all);
    while (replayed.receive(milliseconds(0)) > 0) {
    }
    const auto again = replayed.buildFrame(0);
    CHECK(again->settled == shown->settled);
    CHECK((again->sinceStart == shown->sinceStart));
    CHECK(again->sinceStart[Counter::requests] == kRequests);
    CHECK(again->sinceStart[Counter::cache_hits] == shown->sinceStart[Counter::cache_hits]);
    CHECK(again->sinceStart[Counter::cache_hits] >= 60);
    CHECK(again->sinceStart[Distribution::invalidation_lag].max() > 450'000);
    CHECK((again->world == shown->world));
    REQUIRE(again->pops.size() == 1);
    CHECK(again->pops[0].code == "EWR");
    CHECK((again->pops[0].summary == shown->pops[0].summary));
    CHECK(again->health.refused.empty());
    CHECK(again->health.lost == 0);
}
