// SPDX-License-Identifier: GPL-3.0-or-later
// History as it is used: a fleet, a relay and a store; a recording, a store and a wall.
#include "tests/support/catch.h"
#include "tests/support/history_store.h"
#include "tests/support/programs.h"

#include <numeric>

using namespace surgescope;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

bool skippedWithoutStore() {
    return skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics");
}

double sumOf(const std::map<std::string, double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0,
                           [](double sum, const auto& value) { return sum + value.second; });
}

} // namespace

TEST_CASE("a relay writes what its agents reported to a store", "[history][end-to-end]") {
    if (skippedWithoutStore()) return;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    TemporaryFolder folder;
    Telling relay({kPrograms + "/surgescope-relay", "--insecure-plain-tcp", "--name", "EWR/relay-1", "--bind",
                   "tcp://127.0.0.1:*", "--publish", "tcp://127.0.0.1:*", "--stats", "-", "--remote-write",
                   store.writeUrl(), "--remote-write-queue", (folder.path() / "queue").string()});
    const auto at = relay.endpoint();
    REQUIRE(at != "");
    Process fleet({kPrograms + "/surgescope-sim", "--insecure-plain-tcp", "--publishers", "200", "--nodes",
                   "1000", "--connect", at});
    REQUIRE(relay.awaits([](const Json& s) { return s["history"]["points"] >= 2; }, seconds(60)));
    const auto& history = relay.shown["history"];
    CHECK(history["histograms"] == "vmrange");
    CHECK(history["lost_points"] == 0);
    CHECK(history["refused_samples"] == 0);
    CHECK(history["trouble"] == "");
    const auto newest = feeds::feedSecond(history["newest"].get<std::int64_t>());
    const auto pops = relay.shown["pops"].get<std::size_t>();
    const auto nodes = store.askUntil("surgescope_expected_nodes{instance=\"EWR/relay-1\",%}", newest,
                                      [&](const auto& values) { return values.size() == pops; });
    CHECK(sumOf(nodes) == 1000);
    CHECK(sumOf(store.ask("increase(surgescope_requests_total{%}[20s])", newest)) > 0);
    CHECK(fleet.terminate() == 0);
    CHECK(relay.process.terminate() == 0);
}

TEST_CASE("a night that a store holds plays on the wall", "[history][end-to-end]") {
    if (skippedWithoutStore()) return;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    Process writer({kPrograms + "/surgescope-capture", "remote-write",
                    SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/surgescope_1.mcap", store.writeUrl()});
    REQUIRE(writer.wait() == 0);
    const auto end = feeds::feedSecond(1'795'755'620); // of its last ten seconds
    const auto counts = store.askUntil("surgescope_requests_total{%}", end,
                                       [](const auto& values) { return values.size() == 3; });
    REQUIRE(sumOf(counts) > 0);
    TemporaryFolder folder;
    const std::vector<std::string> options{"--history",    store.url(),
                                           "--from",       "2026-11-27T04:58:00Z",
                                           "--to",         "2026-11-27T05:02:00Z",
                                           "--speed",      "20",
                                           "--recordings", folder.path().string(),
                                           "--release-at", "2026-11-27T05:00:00Z"};
    const auto playsAll = [&](const Json& s) {
        return s["since_start"]["counters"].value("requests", 0.0) == sumOf(counts);
    };
    { // read as it is looked at
        Dashboard wall(options);
        CHECK(wall.awaits([](const Json& s) {
            return s["pops"]["live"] == 3 && s["world"]["requests_per_second"]["value"].is_number();
        }));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
    { // whole, as a picture of it all needs it
        auto drawn = options;
        drawn.insert(drawn.begin(), kPrograms + "/surgescope");
        drawn.insert(drawn.end(), {"--export", "requests", "-o", (folder.path() / "requests.csv").string()});
        CHECK(Process(drawn).wait() == 0);
    }
    { // and lies beneath a launch, as a recording that was fetched for that
        Dashboard wall({"--replay", SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/surgescope_1.mcap",
                        "--baseline", store.url() + "@2026-11-27T05:00:00Z", "--recordings",
                        folder.path().string()});
        CHECK(wall.awaits(
            [](const Json& s) { return s["world"]["requests_per_second"]["value"].is_number(); }));
    }
    std::size_t fetched = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
        fetched +=
            file.path().string().ends_with("T045000Z-2026-11-27T055000Z-T0-2026-11-27T050000Z.mcap") ? 1 : 0;
    CHECK(fetched == 1);
    store.kill();
    {
        Dashboard again(options); // it is kept
        CHECK(again.awaits(playsAll));
    }
    auto another = options; // T-0 is in the recording, and this is another one
    another.back() = "2026-11-27T04:59:00Z";
    another.insert(another.begin(), kPrograms + "/surgescope");
    CHECK(Process(another).wait() != 0);
}
