// SPDX-License-Identifier: GPL-3.0-or-later
// A PoP as there are many: a load balancer, two caches of one kind and one of another, before one origin. All
// real, watched by one agent, recorded, replayed and exported.
#include "tests/support/catch.h"
#include "tests/support/csv_reader.h"
#include "tests/support/haproxy_fixture.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/process.h"
#include "tests/support/programs.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/varnish_fixture.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

using namespace surgescope::tests;

namespace {

constexpr int kObjects = 30;
constexpr int kRounds = 10;
constexpr int kAbsent = 6; // of each cache two, so all have the same share
constexpr int kDenied = 7;
constexpr std::uint64_t kServed = kObjects * kRounds + kAbsent;

std::string agentFile(const HaproxyFixture& balancer, const VarnishFixture& one, const VarnishFixture& two,
                      const NginxFixture& three, int balancerLines, int nginxLines) {
    std::ostringstream file;
    file << "name = \"EWR/agents\"\n";
    const auto node = [&file](const char* name, const char* role, const std::string& collect) {
        file << "[[targets]]\npop = \"EWR\"\nnode = \"" << name << "\"\nrole = \"" << role
             << "\"\ncollect = [{ " << collect << " }]\n";
    };
    node("lb-1", "load-balancer",
         "from = \"haproxy\", socket = \"" + balancer.socket() +
             "\", lines = \"udp:" + std::to_string(balancerLines) + "\", frontend = \"web\"");
    node("cache-1", "edge", "from = \"varnish\", name = \"" + one.name() + "\"");
    node("cache-2", "edge", "from = \"varnish\", name = \"" + two.name() + "\"");
    node("cache-3", "edge",
         "from = \"nginx\", lines = \"udp:" + std::to_string(nginxLines) + "\", status = \"" +
             three.statusUrl() + "\"");
    return file.str();
}

/// Of a table with a row a second: what happened in all of them.
double sumOfColumn(const std::filesystem::path& file, const std::string& name) {
    std::ifstream in(file, std::ios::binary);
    const auto table = readCsv(std::string(std::istreambuf_iterator<char>(in), {}));
    REQUIRE(table);
    const auto column = table->column(name);
    REQUIRE(column);
    double sum = 0;
    for (const auto& row : table->rows)
        sum += row[*column].empty() ? 0 : std::stod(row[*column]);
    return sum;
}

} // namespace

TEST_CASE("a mixed edge shows what its servers did, live, replayed and exported", "[end-to-end][real]") {
    if (skippedWithout(HaproxyFixture::kProgram, "haproxy") ||
        skippedWithout(VarnishFixture::kProgram, "varnish"))
        return;
    const TemporaryFolder folder;
    const int balancerLines = freeUdpPort();
    const int nginxLines = freeUdpPort();
    NginxFixture three(static_cast<std::uint16_t>(nginxLines));
    for (int i = 0; i < kObjects; ++i)
        three.putObject("/audio/" + std::to_string(i), std::string(2'000, 'a'));
    three.start();
    VarnishFixture one;
    VarnishFixture two;
    one.setOrigin(three.originPort());
    two.setOrigin(three.originPort());
    one.start();
    two.start();
    HaproxyFixture balancer(static_cast<std::uint16_t>(balancerLines));
    balancer.setServers({one.port(), two.port(), three.edgePort()});
    balancer.start();
    const auto config = folder.path() / "agent.toml";
    std::ofstream(config) << agentFile(balancer, one, two, three, balancerLines, nginxLines);

    const auto recording = folder.path() / "night.mcap";
    {
        Dashboard dashboard({"--bind", "tcp://127.0.0.1:*", "--record", recording.string()});
        const std::string endpoint = dashboard.endpoint();
        REQUIRE_FALSE(endpoint.empty());
        Process agent({kPrograms + "/surgescope-agent", "--config", config.string(), "--connect", endpoint});
        REQUIRE(dashboard.awaits([](const Json& s) { return s["nodes"]["heard"] == 4; }));
        CHECK(dashboard.shown["nodes"]["expected"] == 4);

        for (int round = 0; round < kRounds; ++round)
            for (int i = 0; i < kObjects; ++i)
                CHECK(askHttp(balancer.web(), "/audio/" + std::to_string(i)).status == 200);
        for (int i = 0; i < kAbsent; ++i)
            CHECK(askHttp(balancer.web(), "/none/" + std::to_string(i)).status == 404);
        for (int i = 0; i < kDenied; ++i)
            CHECK(askHttp(balancer.web(), "/forbidden/").status == 403);

        REQUIRE(dashboard.awaits([&](const Json& s) {
            return s["since_start"]["counters"]["requests"] == kServed &&
                   s["since_start"]["counters"].value("waf_blocked", std::uint64_t{0}) == kDenied;
        }));
        // What the caches count, and not once more what the balancer passed on to them.
        CHECK(dashboard.total("status_2xx") == kObjects * kRounds);
        CHECK(dashboard.total("status_4xx") == kAbsent);
        CHECK(dashboard.total("cache_hits") + dashboard.total("cache_misses") == kServed);
        CHECK(dashboard.total("cache_misses") >= kObjects);
        CHECK(dashboard.total("origin_fetches") == dashboard.total("cache_misses"));
        CHECK(dashboard.total("log_lines_lost") == 0);
        CHECK(dashboard.total("bytes_out") > kObjects * kRounds * std::uint64_t{2'000});
        // And what the balancer alone can tell.
        const Json distributions = dashboard.shown["since_start"]["distributions"];
        CHECK(distributions["lb_latency"]["count"] == kServed);
        CHECK(distributions["ttfb_hit"]["count"].get<std::uint64_t>() > 0); // of the Varnishes
        CHECK(dashboard.shown["feed"]["lost"] == 0);
        CHECK(dashboard.shown["feed"]["refused"].empty());

        // An export is of ten seconds at least.
        const std::int64_t then = dashboard.shown["settled"];
        CHECK(dashboard.awaits([&](const Json& s) { return s["settled"] >= then + 10; }));

        // One of the caches dies: the others go on, and it is missed by name and number.
        two.kill();
        CHECK(dashboard.awaits(
            [](const Json& s) { return s["nodes"]["heard"] == 3 && s["nodes"]["expected"] == 4; }));
        CHECK(agent.terminate() == 0);
        CHECK(dashboard.process.terminate() == 0);
    }

    Dashboard replay({"--replay", recording.string(), "--speed", "4"});
    CHECK(replay.awaits([&](const Json& s) { return s["since_start"]["counters"]["requests"] == kServed; }));
    CHECK(replay.total("status_4xx") == kAbsent);
    CHECK(replay.process.terminate() == 0);
    const auto csv = folder.path() / "requests.csv";
    Process exporting({kPrograms + "/surgescope", "--replay", recording.string(), "--export", "requests",
                       "-o", csv.string()});
    CHECK(exporting.wait() == 0);
    CHECK(sumOfColumn(csv, "requests world [1/s]") == Approx(static_cast<double>(kServed)));
}
