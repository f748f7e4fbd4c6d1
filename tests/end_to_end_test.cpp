// SPDX-License-Identifier: GPL-3.0-or-later
// From a real edge node to the wall: nginx, the agent and the dashboard's window, all of them as a user runs
// them.
#include "tests/support/catch.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/process.h"
#include "tests/support/programs.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

using namespace surgescope::tests;

namespace {

std::uint64_t microsecondsNow() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

/// What nginx itself wrote down, added up without any code of the agent.
struct Logged {
    std::uint64_t requests = 0, hits = 0, misses = 0, bytes = 0, purges = 0;
    std::map<char, std::uint64_t> classes;

    explicit Logged(const std::vector<std::string>& lines) {
        for (const auto& text : lines) {
            const auto line = Json::parse(text);
            ++requests;
            const auto cache = line["cache"].get<std::string>();
            hits += cache == "HIT";
            misses += cache == "MISS" || cache == "EXPIRED";
            bytes += std::stoull(line["bytes"].get<std::string>());
            ++classes[line["status"].get<std::string>()[0]];
            purges += !line["purge_issued"].get<std::string>().empty();
        }
    }
};

} // namespace

TEST_CASE("what nginx logged is what the wall shows", "[end-to-end]") {
    const int syslogPort = freeUdpPort();
    NginxFixture nginx(static_cast<std::uint16_t>(syslogPort));
    for (int i = 0; i < 40; ++i)
        nginx.putObject("/audio/" + std::to_string(i), std::string(2'000, 'a'));
    nginx.putObject("/api/tracks", "{}");
    nginx.start();

    Dashboard dashboard({"--bind", "tcp://127.0.0.1:*"});
    REQUIRE(dashboard.awaits([](const Json& s) { return !s["feed"]["endpoints"].empty(); }));
    CHECK(dashboard.shown["settled"].is_null());
    CHECK(dashboard.shown["world"]["requests_per_second"]["quality"] == "no data");
    const std::string endpoint = dashboard.shown["feed"]["endpoints"][0]["name"];
    Process agent({kPrograms + "/surgescope-agent", "--pop", "EWR", "--node", "edge-1", "--connect", endpoint,
                   "--collect", "nginx lines=udp:" + std::to_string(syslogPort) + " status=" + nginx.statusUrl()});
    REQUIRE(dashboard.awaits(
        [](const Json& s) { return s["pops"]["live"] == 1 && s["nodes"]["expected"] == 1; }));
    CHECK(dashboard.shown["nodes"]["heard"] == 1);
    CHECK(dashboard.total("requests") == 0);

    // Some hundred requests: misses, hits, things that are not there, the API; then purges, 300 ms after
    // their issue.
    for (int round = 0; round < 5; ++round)
        for (int i = 0; i < 40; ++i)
            nginx.get("/audio/" + std::to_string(i));
    for (int i = 0; i < 7; ++i)
        nginx.get("/audio/none-" + std::to_string(i));
    for (int i = 0; i < 5; ++i)
        nginx.get("/api/tracks");
    nginx.send("NONSENSE\r\n\r\n");
    for (std::uint64_t i = 1; i <= 9; ++i)
        nginx.purge("/audio/" + std::to_string(i), "purge-" + std::to_string(i), i,
                    microsecondsNow() - 300'000);
    const Logged logged(nginx.accessLogLines(5 * 40 + 7 + 5 + 1 + 9));
    REQUIRE(logged.requests == 222);
    REQUIRE(logged.purges == 9);

    REQUIRE(dashboard.awaits([](const Json& s) { return s["since_start"]["counters"]["requests"] == 222; }));
    CHECK(dashboard.total("cache_hits") == logged.hits);
    CHECK(dashboard.total("cache_misses") == logged.misses);
    CHECK(logged.hits >= 160);
    CHECK(logged.misses >= 40);
    auto classes = logged.classes;
    CHECK(dashboard.total("status_2xx") == classes['2']);
    CHECK(dashboard.total("status_4xx") == classes['4']);
    CHECK(dashboard.total("status_5xx") == classes['5']);
    CHECK(classes['4'] == 8);
    CHECK(dashboard.total("bytes_out") == logged.bytes);
    CHECK(dashboard.total("log_lines_lost") == 0);
    CHECK(dashboard.total("inv_applied") == 9);
    const auto lag = dashboard.shown["since_start"]["distributions"]["invalidation_lag"];
    CHECK(lag["count"] == 9);
    CHECK(lag["p50_us"] >= 270'000);
    CHECK(lag["max_us"] < 5'000'000);
    // nginx knows no time to first byte of hits: that is not zero.
    CHECK(dashboard.shown["world"]["ttfb_hit_p95_us"]["value"].is_null());
    CHECK(dashboard.shown["world"]["ttfb_hit_p95_us"]["quality"] == "not measured");
    CHECK(dashboard.shown["feed"]["lost"] == 0);
    CHECK(dashboard.shown["feed"]["refused"].empty());

    // nginx dies: the agent lives and says so, the node is stale within five seconds, and comes back.
    nginx.kill();
    const auto staleAfter = dashboard.awaits([](const Json& s) { return s["pops"]["stale"] == 1; });
    REQUIRE(staleAfter.has_value());
    CHECK(*staleAfter < 5.0);
    CHECK(dashboard.shown["nodes"]["heard"] == 0);
    CHECK(dashboard.shown["nodes"]["expected"] == 1);
    CHECK(dashboard.shown["feed"]["newest_age_s"] < 3.0); // the agent itself is heard
    nginx.start();
    REQUIRE(
        dashboard.awaits([](const Json& s) { return s["pops"]["live"] == 1 && s["nodes"]["heard"] == 1; }));
    nginx.get("/audio/1");
    CHECK(dashboard.awaits([](const Json& s) { return s["since_start"]["counters"]["requests"] == 223; }));

    // An agent that is told to end says farewell: its node is no longer expected.
    CHECK(agent.terminate() == 0);
    CHECK(dashboard.awaits([](const Json& s) { return s["nodes"]["expected"] == 0; }));
    CHECK(dashboard.process.terminate() == 0);
}

TEST_CASE("an agent that is killed leaves its node expected and stale", "[end-to-end]") {
    Dashboard dashboard({"--bind", "tcp://127.0.0.1:*"});
    REQUIRE(dashboard.awaits([](const Json& s) { return !s["feed"]["endpoints"].empty(); }));
    const std::string endpoint = dashboard.shown["feed"]["endpoints"][0]["name"];
    {
        Process agent(
            {kPrograms + "/surgescope-agent", "--pop", "XQZ", "--node", "edge-1", "--connect", endpoint});
        REQUIRE(dashboard.awaits(
            [](const Json& s) { return s["pops"]["live"] == 1 && s["nodes"]["expected"] == 1; }));
        CHECK(dashboard.shown["feed"]["endpoints"][0]["peers"] == 1);
    }
    CHECK(dashboard.awaits([](const Json& s) { return s["pops"]["stale"] == 1; }));
    CHECK(dashboard.shown["nodes"]["expected"] == 1);
    CHECK(dashboard.shown["feed"]["endpoints"][0]["peers"] == 0);
}

TEST_CASE("with no argument a launch is simulated, and the window can be saved as a picture",
          "[end-to-end]") {
    const TemporaryFolder folder;
    const auto picture = folder.path() / "wall.png";
    Dashboard dashboard({"--screenshot", picture.string(), "--after", "3", "--nodes", "1000"});
    REQUIRE(dashboard.awaits([](const Json& s) { return s["pops"]["live"] == 391; }));
    CHECK(dashboard.shown["scenario"] == "triple-drop");
    CHECK(dashboard.shown["nodes"]["heard"] == 1000);
    CHECK(dashboard.shown["world"]["requests_per_second"]["quality"] == "measured");
    CHECK(dashboard.process.wait() == 0);
    CHECK(std::filesystem::file_size(picture) > 50'000);
}

TEST_CASE("the simulator's process feeds the dashboard over tcp without loss", "[end-to-end]") {
    Dashboard dashboard({"--bind", "tcp://127.0.0.1:*", "--select", "LHR"});
    REQUIRE(dashboard.awaits([](const Json& s) { return !s["feed"]["endpoints"].empty(); }));
    const std::string endpoint = dashboard.shown["feed"]["endpoints"][0]["name"];
    Process simulator(
        {kPrograms + "/surgescope-sim", "--connect", endpoint, "--nodes", "5000", "--speed", "4"});
    REQUIRE(dashboard.awaits(
        [](const Json& s) { return s["nodes"]["heard"] == 5000 && s["nodes"]["expected"] == 5000; }));
    const std::int64_t first = dashboard.shown["settled"];
    CHECK(dashboard.awaits([&](const Json& s) { return s["settled"] >= first + 12; }));
    CHECK(dashboard.shown["feed"]["lost"] == 0);
    CHECK(dashboard.shown["feed"]["refused"].empty());
    CHECK(simulator.terminate() == 0);
    // The same launch started again begins in its own past: a new epoch, not two launches on top of each
    // other.
    Process again({kPrograms + "/surgescope-sim", "--connect", endpoint, "--nodes", "5000", "--speed", "4"});
    CHECK(dashboard.awaits([&](const Json& s) { return s["settled"] < first + 8 && s["epoch"] == 2; }));
}
