// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"

#include "tests/support/catch.h"

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

/// Every second of a launch, from its start to `until` seconds after T-0.
void eachSecond(const std::string& name, int until, std::uint64_t nodes,
                const std::function<void(int, std::vector<PopReport>&, const Global&)>& look) {
    const auto scenario = *findScenario(name);
    Simulator simulator(PopCatalogue::builtIn(), scenario, nodes, 1);
    while (simulator.now() < scenario.releaseAt + std::chrono::seconds(until)) {
        simulator.step();
        look(static_cast<int>((simulator.now() - scenario.releaseAt).count()), simulator.reports(),
             simulator.global());
    }
}

PopTotals together(const std::vector<PopReport>& reports) {
    PopTotals world;
    for (const auto& report : reports)
        world.merge(report.totals);
    return world;
}

} // namespace

TEST_CASE("in every PoP and second the parts of what is counted are within the whole", "[sim]") {
    for (const auto* scenario : {"triple-drop", "origin-outage", "regional-failure"})
        eachSecond(scenario, 300, 40'000, [&](int t, auto& reports, const Global&) {
            if (t % 5 != 0) return; // a fifth of the seconds will do
            for (const auto& report : reports) {
                const auto& c = report.totals;
                const auto requests = c[Counter::requests];
                INFO(scenario << " " << report.pop << " at " << t);
                REQUIRE(c[Counter::cache_hits] + c[Counter::cache_misses] <= requests);
                REQUIRE(c[Counter::status_2xx] + c[Counter::status_3xx] + c[Counter::status_4xx] +
                            c[Counter::status_5xx] ==
                        requests);
                REQUIRE(c[Counter::collapsed] <= c[Counter::cache_hits]);
                REQUIRE(c[Counter::stale_served] <= c[Counter::cache_hits]);
                REQUIRE(c[Counter::overload_errors] <= c[Counter::status_4xx] + c[Counter::status_5xx]);
                REQUIRE(c[Counter::api_requests] <= requests);
                REQUIRE(c[Counter::retries] <= c[Counter::api_requests]);
                REQUIRE(c[Counter::bot_requests] <= c[Counter::api_requests]);
                REQUIRE(c[Counter::new_prefix_requests] <= requests);
                REQUIRE(c[Counter::waf_blocked] + c[Counter::malformed] <= c[Counter::status_4xx]);
                REQUIRE(c[Counter::challenges_passed] <= c[Counter::waf_challenged]);
                REQUIRE(c[Counter::spilled_in] <= requests);
                REQUIRE(c[Counter::spill_unplaced] <= requests);
                REQUIRE(c[Counter::inv_missing_seconds] <= c[Counter::inv_pending_seconds]);
                REQUIRE(c[Counter::stream_seconds] <= c[Counter::connection_seconds]);
                for (const auto permille : {Counter::cpu_permille_seconds, Counter::nic_permille_seconds,
                                            Counter::memory_permille_seconds, Counter::disk_permille_seconds})
                    REQUIRE(c[permille] <= 1'000 * c[Counter::node_seconds]);
                REQUIRE(c.saturation.count() == c[Counter::node_seconds]);
                REQUIRE(c[Distribution::invalidation_lag].count() == c[Counter::inv_applied]);
                REQUIRE(c[Distribution::lb_latency].count() == requests);
                REQUIRE(c[Distribution::ttfb_hit].count() <=
                        c[Counter::cache_hits]); // some wait for an answer
                REQUIRE(c[Distribution::ttfb_hit].count() >= c[Counter::cache_hits] - c[Counter::collapsed]);
                REQUIRE(c[Counter::log_lines_lost] + c[Counter::messages_lost] +
                            c[Counter::messages_refused] ==
                        0); // nothing between the simulator and whoever hears it
            }
        });
}

TEST_CASE("what PoPs send away comes to others, request by request", "[sim]") {
    std::uint64_t spilled = 0;
    for (const auto* scenario : {"triple-drop", "botnet-in-the-spike"})
        eachSecond(scenario, 200, 40'000, [&](int, auto& reports, const Global&) {
            const auto world = together(reports);
            REQUIRE(world[Counter::spilled_in] == world[Counter::spilled_out]);
            spilled += world[Counter::spilled_in];
        });
    CHECK(spilled > 1'000'000);
}

TEST_CASE("small places have their server errors too", "[sim]") {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> byPop; // requests, 5xx
    eachSecond("standard-rollout", 600, 391, [&](int, auto& reports, const Global&) {
        for (const auto& report : reports) {
            byPop[report.pop].first += report.totals[Counter::requests];
            byPop[report.pop].second += report.totals[Counter::status_5xx];
        }
    });
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    for (const auto& [pop, counts] : byPop)
        if (counts.first < 660 * 2'000) { // 2,000 a second
            requests += counts.first;
            errors += counts.second;
        }
    REQUIRE(requests > 10'000'000);
    CHECK(static_cast<double>(errors) / static_cast<double>(requests) == Approx(2e-5).epsilon(0.25));
}

TEST_CASE("every key issued is applied by every node, and waits as long as it is late", "[sim]") {
    // Little's law: keys pending, summed over the seconds, are keys applied times how late each was.
    constexpr std::uint64_t kNodes = 4'000;
    double applied = 0;
    double lateness = 0;
    double pendingSeconds = 0;
    double pendingLast = 0;
    std::uint64_t head = 0;
    std::uint64_t first = 0;
    eachSecond("triple-drop", 400, kNodes, [&](int, auto& reports, const Global& global) {
        const auto world = together(reports);
        if (first == 0) first = global.purgeHead;
        head = global.purgeHead;
        applied += static_cast<double>(world[Counter::inv_applied]);
        lateness += static_cast<double>(world[Distribution::invalidation_lag].sum()) / 1e6;
        pendingLast = static_cast<double>(world[Counter::inv_pending_seconds]);
        pendingSeconds += pendingLast;
    });
    const double nodes = static_cast<double>(kNodes);
    CHECK(applied + pendingLast == Approx(nodes * static_cast<double>(head)).epsilon(0.01));
    // The way from the issuer, 60 ms, is no wait; a second ends half a key-second after its mean key came.
    CHECK(pendingSeconds == Approx(lateness).epsilon(0.1));
}

TEST_CASE("fetches, bytes and what is served agree", "[sim]") {
    eachSecond("standard-rollout", 60, 4'000, [&](int t, auto& reports, const Global& global) {
        if (t % 20 != 0) return;
        const auto world = together(reports);
        const auto of = [&](Counter counter) { return static_cast<double>(world[counter]); };
        CHECK(of(Counter::origin_fetches) < of(Counter::shield_fetches));
        CHECK(of(Counter::shield_fetches) < of(Counter::cache_misses)); // API misses are no fetches
        // A segment is ten seconds of 256 kbit/s.
        CHECK(of(Counter::bytes_fill) < of(Counter::shield_fetches) * 320e3 * 1.05);
        CHECK(of(Counter::bytes_fill) > of(Counter::shield_fetches) * 320e3 * 0.5);
        CHECK(8 * of(Counter::bytes_out) / of(Counter::stream_seconds) == Approx(256e3).epsilon(0.05));
        // Everybody who listens is listening somewhere.
        CHECK(of(Counter::stream_seconds) == Approx(static_cast<double>(global.listeners)).epsilon(0.01));
        // A player asks for its next segment as it ends, and for three tenths of them twice.
        CHECK((of(Counter::requests) - of(Counter::api_requests)) / of(Counter::stream_seconds) ==
              Approx(0.13).epsilon(0.01));
    });
}
