// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"
#include "feeds/wire/encode.h"

#include "tests/support/catch.h"

#include <cmath>
#include <future>
#include <numeric>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

PopTotals worldOf(Simulator& simulator) {
    PopTotals world;
    for (const auto& report : simulator.reports())
        world.merge(report.totals);
    return world;
}

double lagP99Seconds(const PopTotals& totals) {
    return *totals[Distribution::invalidation_lag].quantile(0.99) / 1e6;
}

} // namespace

TEST_CASE("the fleet has as many nodes as asked for, whoever gets them", "[sim]") {
    for (const std::uint64_t nodes : {1U, 3U, 391U, 5'000U}) {
        Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), nodes, 1);
        std::uint64_t listed = 0;
        for (const auto& roster : simulator.rosters())
            listed += roster.nodes.size();
        CHECK(listed == nodes);
        simulator.step();
        CHECK(worldOf(simulator)[Counter::node_seconds] == nodes);
        CHECK(simulator.reports().size() == std::min<std::uint64_t>(nodes, 391));
    }
}

TEST_CASE("nodes add up to their PoP", "[sim]") {
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 4'000, 1);
    for (int i = 0; i < 70; ++i)
        simulator.step();
    for (const std::size_t pop : {0U, 100U, 390U}) {
        const auto totals = simulator.reports()[pop].totals;
        const auto& columns = simulator.columns(pop);
        const auto sum = [&](NodeColumn c) {
            return std::accumulate(columns[c].begin(), columns[c].end(), std::uint64_t{0});
        };
        CHECK(sum(NodeColumn::requests) == totals[Counter::requests]);
        CHECK(sum(NodeColumn::cache_hits) == totals[Counter::cache_hits]);
        CHECK(sum(NodeColumn::inv_pending) == totals[Counter::inv_pending_seconds]);
        const auto hot =
            std::ranges::count_if(columns[NodeColumn::saturation], [](auto v) { return v >= 180; });
        CHECK(static_cast<double>(hot) ==
              Approx(static_cast<double>(totals.saturation.atOrAbove(900))).margin(2));
    }
}

TEST_CASE("a triple drop goes from quiet over surge and backlog to recovery", "[sim]") {
    const auto scenario = *findScenario("triple-drop");
    Simulator simulator(PopCatalogue::builtIn(), scenario, 40'000, 1);
    const auto runTo = [&](int t) {
        while (simulator.now() < scenario.releaseAt + std::chrono::seconds(t))
            simulator.step();
        return worldOf(simulator);
    };
    const auto quiet = runTo(-5);
    CHECK(quiet[Counter::inv_pending_seconds] < 100'000); // 2.5 a node: lost on the way, or a relay is stuck
    CHECK(*quiet[Distribution::invalidation_lag].quantile(0.5) < 300e3);
    CHECK(*quiet[Distribution::metadata_latency].quantile(0.95) < 50e3);
    const double refreshed = static_cast<double>(quiet[Counter::collapsed]);
    CHECK(refreshed > 0); // people who wait refresh pages that expire
    const auto herd = runTo(0);
    CHECK(static_cast<double>(herd[Counter::collapsed]) > 3 * refreshed); // everybody at once, for a new page
    const auto burst = runTo(12);
    CHECK(burst[Counter::inv_pending_seconds] > 1'000'000);
    CHECK(lagP99Seconds(burst) > 3);
    CHECK(burst[Counter::stale_served] > 1'000);
    CHECK(burst[Counter::origin_fetches] > quiet[Counter::origin_fetches]);
    const auto surge = runTo(90);
    CHECK(*surge[Distribution::metadata_latency].quantile(0.5) > 250e3);
    CHECK(*surge[Distribution::lb_latency].quantile(0.5) < 1'000);
    CHECK(static_cast<double>(surge[Counter::collapsed]) > 3 * refreshed); // answers are slow to come
    CHECK(surge[Counter::spill_unplaced] > surge[Counter::spilled_in]);    // everybody is hot at once
    const auto late = runTo(600);
    CHECK(late[Counter::inv_pending_seconds] < 100'000);
    CHECK(late[Counter::bytes_out] > quiet[Counter::bytes_out]);
    CHECK(*late[Distribution::metadata_latency].quantile(0.5) < 50e3);
}

TEST_CASE("what happens is told", "[sim]") {
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 391, 1);
    std::vector<std::string> texts;
    for (int i = 0; i < 400; ++i) {
        simulator.step();
        for (const auto& event : simulator.events())
            texts.push_back(event.text);
    }
    CHECK(texts == std::vector<std::string>{"3 albums live", "30000 keys invalidated",
                                            "botnet joins the crowd", "recommender follows the trend",
                                            "recommender is back at taste"});
}

TEST_CASE("levers pulled while it runs are told and felt", "[sim]") {
    Simulator left(PopCatalogue::builtIn(), *findScenario("triple-drop"), 4'000, 1);
    Simulator pulled(PopCatalogue::builtIn(), *findScenario("triple-drop"), 4'000, 1);
    for (int i = 0; i < 20; ++i) {
        left.step();
        pulled.step();
    }
    CHECK(worldOf(left) == worldOf(pulled));
    for (const auto* lever :
         {"prewarm=0.98", "metadata_scale=4", "staged_purges=200", "block_botnet=on", "drain=LHR"})
        CHECK(pulled.pull(*parseLever(lever)));
    CHECK_FALSE(pulled.pull(*parseLever("drain=XXX")));
    pulled.step();
    left.step();
    CHECK(pulled.events().size() == 5);
    CHECK(pulled.events().front().kind == EventKind::lever);
    CHECK(pulled.events().front().text == "prewarm set to 0.98");
    for (int i = 0; i < 120; ++i) {
        left.step();
        pulled.step();
    }
    const auto without = worldOf(left);
    const auto with = worldOf(pulled);
    CHECK(*without[Distribution::metadata_latency].quantile(0.5) > 250e3);
    CHECK(*with[Distribution::metadata_latency].quantile(0.5) < 50e3);
    CHECK(with[Counter::waf_blocked] > 1.5 * static_cast<double>(without[Counter::waf_blocked]));
    const auto requestsAt = [](Simulator& simulator, const char* code) {
        for (const auto& report : simulator.reports())
            if (report.pop == code) return static_cast<double>(report.totals[Counter::requests]);
        return 0.0;
    };
    CHECK(requestsAt(pulled, "LHR") < 0.05 * requestsAt(left, "LHR"));
}

TEST_CASE("the admission limit holds CPU down by refusing API requests", "[sim]") {
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 4'000, 1);
    REQUIRE(simulator.pull(*parseLever("admission_limit=0.6")));
    for (int i = 0; i < 150; ++i)
        simulator.step();
    std::uint64_t refused = 0;
    for (const auto& report : simulator.reports()) {
        const auto& t = report.totals;
        CHECK(t[Counter::cpu_permille_seconds] <= 601 * t[Counter::node_seconds]);
        refused += t[Counter::overload_errors];
    }
    CHECK(refused > 10'000);
}

TEST_CASE("a PoP that is down says nothing, its neighbours serve its clients, and it comes back", "[sim]") {
    const auto scenario = *findScenario("regional-failure");
    Simulator simulator(PopCatalogue::builtIn(), scenario, 40'000, 1);
    const auto find = [&](const char* code) -> const PopTotals* {
        for (const auto& report : simulator.reports())
            if (report.pop == code) return &report.totals;
        return nullptr;
    };
    const auto runTo = [&](int t) {
        while (simulator.now() < scenario.releaseAt + std::chrono::seconds(t))
            simulator.step();
    };
    runTo(119);
    CHECK(simulator.reports().size() == 391);
    const auto nodesOfAmsterdam = (*find("AMS"))[Counter::node_seconds];
    const auto spilledBefore = worldOf(simulator)[Counter::spilled_in];
    runTo(230);
    CHECK(simulator.reports().size() == 391 - 8);
    CHECK(find("FRA") == nullptr);
    CHECK((*find("AMS"))[Counter::node_seconds] < 0.6 * static_cast<double>(nodesOfAmsterdam));
    CHECK(worldOf(simulator)[Counter::spilled_in] > spilledBefore + 100'000);
    // Node columns belong to the reports that remain.
    for (std::size_t i = 0; i < simulator.reports().size(); i += 50)
        CHECK(simulator.columns(i).pop == simulator.reports()[i].pop);
    runTo(420);
    REQUIRE(find("FRA") != nullptr);
    CHECK((*find("FRA"))[Distribution::invalidation_lag].max() > 100'000'000); // it asks for what it missed
    CHECK(simulator.reports().size() == 391);
}

TEST_CASE("without origins what is cold fails, and only that", "[sim]") {
    const auto scenario = *findScenario("origin-outage");
    Simulator simulator(PopCatalogue::builtIn(), scenario, 4'000, 1);
    const auto runTo = [&](int t) {
        while (simulator.now() < scenario.releaseAt + std::chrono::seconds(t))
            simulator.step();
        return worldOf(simulator);
    };
    const auto usual = runTo(10);
    CHECK(usual[Counter::overload_errors] < 100);
    const auto outage = runTo(30);
    CHECK(outage[Counter::overload_errors] > 10'000);
    CHECK(outage[Counter::origin_fetches] == 0);
    CHECK(outage[Counter::stale_served] > 500); // what has expired, for want of better
    CHECK(outage[Counter::overload_errors] < outage[Counter::cache_misses]);
    CHECK(static_cast<double>(outage[Counter::cache_hits]) >
          0.8 * static_cast<double>(outage[Counter::requests] - outage[Counter::api_requests]));
    // Players who got nothing try again, more and more of them.
    const auto lasting = runTo(200);
    CHECK(lasting[Counter::shield_fetches] > 1.2 * static_cast<double>(usual[Counter::shield_fetches]));
    const auto hitShare = [](const PopTotals& totals) {
        return static_cast<double>(totals[Counter::cache_hits]) /
               static_cast<double>(totals[Counter::cache_hits] + totals[Counter::cache_misses]);
    };
    CHECK(hitShare(lasting) < hitShare(usual) - 0.01);
    // When the origins are back, what everybody wants comes at once.
    double most = 0;
    int storm = 0;
    for (int t = 256; t < 320; ++t) {
        const double fetches = static_cast<double>(runTo(t)[Counter::origin_fetches]);
        most = std::max(most, fetches);
        if (fetches > 2.0 * static_cast<double>(usual[Counter::origin_fetches])) ++storm;
    }
    CHECK(most > 5.0 * static_cast<double>(usual[Counter::origin_fetches]));
    CHECK(most < 20.0 * static_cast<double>(usual[Counter::origin_fetches]));
    CHECK(storm >= 5);
    CHECK(storm <= 45);
    const auto after = runTo(360);
    CHECK(after[Counter::overload_errors] < 1'000);
    CHECK(after[Counter::origin_fetches] > 1'000);
}

TEST_CASE("the same seed gives the same telemetry, in any thread", "[sim]") {
    const auto run = [](std::uint64_t seed) {
        Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 2'000, seed);
        Encoder encoder;
        std::string bytes;
        for (int i = 0; i < 90; ++i) {
            simulator.step();
            for (std::size_t r = 0; r < simulator.reports().size(); ++r) {
                bytes += encoder.encode(simulator.reports()[r]);
                bytes += encoder.encode(simulator.columns(r));
            }
            bytes += encoder.encode(simulator.global());
        }
        return bytes;
    };
    const auto alone = run(7);
    std::vector<std::future<std::string>> together;
    for (int i = 0; i < 4; ++i)
        together.push_back(std::async(std::launch::async, run, 7));
    for (auto& other : together)
        CHECK(other.get() == alone);
    CHECK(run(8) != alone);
}
