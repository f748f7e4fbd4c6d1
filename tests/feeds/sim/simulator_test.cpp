// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/cold_fill.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/random.h"
#include "feeds/sim/simulator.h"
#include "feeds/sim/spread.h"

#include "tests/support/catch.h"

#include <cmath>
#include <numeric>

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

TEST_CASE("activity is 1 on average, low at night and high in the evening", "[sim]") {
    double sum = 0;
    for (int i = 0; i < 24'000; ++i)
        sum += activityAtLocalHour(i / 1'000.0);
    CHECK(sum / 24'000 == Approx(1).epsilon(1e-3));
    CHECK(activityAtLocalHour(3) < 0.5);
    CHECK(activityAtLocalHour(18.5) == Approx(1.52).epsilon(0.03));
    CHECK(activityAtLocalHour(-1) == Approx(activityAtLocalHour(23)));
}

TEST_CASE("local time is that of the PoP's zone, daylight saving included", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    auto winter = *findScenario("standard-rollout");
    auto summer = winter;
    summer.releaseAt = std::chrono::sys_days(std::chrono::year(2026) / 7 / 10) + std::chrono::hours(5);
    Demand inWinter(catalogue, winter);
    Demand inSummer(catalogue, summer);
    inWinter.step(winter.start());
    inSummer.step(summer.start());
    const auto newark = catalogue.find("EWR")->value;
    const auto tokyo = catalogue.find("NRT")->value;
    // 04:59 UTC is 23:59 in New York in winter and 00:59 in summer; Tokyo keeps its hour.
    const double ratio = activityAtLocalHour(23.98) / activityAtLocalHour(0.98);
    CHECK(inWinter.pops()[newark].listeners / inSummer.pops()[newark].listeners ==
          Approx(ratio).epsilon(0.01));
    CHECK(inWinter.pops()[tokyo].listeners == Approx(inSummer.pops()[tokyo].listeners).epsilon(1e-6));
}

TEST_CASE("opens are a shock that relaxes as a power law", "[sim]") {
    const auto scenario = *findScenario("triple-drop");
    CHECK(opensPerSecond(scenario, -1) == 0);
    double peak = 0;
    for (int t = 0; t < 3'600; ++t)
        peak = std::max(peak, opensPerSecond(scenario, t));
    CHECK(opensPerSecond(scenario, 120) > 0.9 * peak);
    CHECK(opensPerSecond(scenario, 8'000) / opensPerSecond(scenario, 80'000) ==
          Approx(std::pow(201.0 / 21, 1.4)).epsilon(1e-6));
}

TEST_CASE("cold fill agrees with a cache that is simulated request by request", "[sim]") {
    auto scenario = *findScenario("triple-drop");
    scenario.albums = 1;
    ColdFill fill(scenario);
    // The same 1584 objects, drawn one by one.
    std::vector<double> cumulative;
    double sum = 0;
    const double renditions[] = {0.45, 0.30, 0.15, 0.10};
    for (int track = 1; track <= 18; ++track)
        for (const double rendition : renditions)
            for (int segment = 0; segment < 22; ++segment)
                cumulative.push_back(sum += std::pow(track, -0.8) * rendition);
    std::vector<bool> cached(cumulative.size(), false);
    double expected = 0;
    int misses = 0;
    for (std::uint64_t step = 0; step < 40; ++step) {
        expected += fill.step(100, 0.05).misses;
        for (std::uint64_t request = 0; request < 100; ++request) {
            const double u = uniform(hash(1, step, request)) * sum;
            const auto object = static_cast<std::size_t>(
                std::lower_bound(cumulative.begin(), cumulative.end(), u) - cumulative.begin());
            if (!cached[object]) ++misses;
            cached[object] = true;
        }
    }
    CHECK(expected == Approx(misses).epsilon(0.04));
    CHECK(fill.warm() == Approx(misses / 1584.0).margin(0.03));
}

TEST_CASE("a spread adds up and has the median it was given", "[sim]") {
    ExponentialHistogram histogram;
    spread(histogram, 40'000, 0.5, 12'345);
    CHECK(histogram.count() == 12'345);
    CHECK(*histogram.quantile(0.5) == Approx(40'000).epsilon(0.09));
    CHECK(*histogram.quantile(0.8413) == Approx(40'000 * std::exp(0.5)).epsilon(0.09));
    spread(histogram, 0, 0.5, 0);
    CHECK(histogram.count() == 12'345);
}

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
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 40'000, 1);
    const auto runTo = [&](int t) {
        const auto until = findScenario("triple-drop")->releaseAt + std::chrono::seconds(t);
        while (simulator.now() < until)
            simulator.step();
        return worldOf(simulator);
    };
    const auto quiet = runTo(-5);
    CHECK(quiet[Counter::inv_pending_seconds] == 0);
    CHECK(lagP99Seconds(quiet) < 0.6);
    CHECK(*quiet[Distribution::metadata_latency].quantile(0.95) < 50e3);
    const auto burst = runTo(12);
    CHECK(burst[Counter::inv_pending_seconds] > 1'000'000);
    CHECK(lagP99Seconds(burst) > 3);
    const auto surge = runTo(90);
    Simulator usual(PopCatalogue::builtIn(), *findScenario("standard-rollout"), 40'000, 1);
    usual.step();
    CHECK(static_cast<double>(surge[Counter::api_requests]) >
          4 * static_cast<double>(worldOf(usual)[Counter::api_requests]));
    CHECK(*surge[Distribution::metadata_latency].quantile(0.5) > 250e3);
    CHECK(*surge[Distribution::lb_latency].quantile(0.5) < 1'000);
    const auto late = runTo(600);
    CHECK(late[Counter::inv_pending_seconds] == 0);
    CHECK(late[Counter::bytes_out] > quiet[Counter::bytes_out]);
    CHECK(*late[Distribution::metadata_latency].quantile(0.5) < 60e3);
}

TEST_CASE("a standard rollout stays quiet", "[sim]") {
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("standard-rollout"), 40'000, 1);
    std::uint64_t pending = 0;
    double api = 0;
    double first = 0;
    for (int i = 0; i < 300; ++i) {
        simulator.step();
        const auto world = worldOf(simulator);
        pending = std::max(pending, world[Counter::inv_pending_seconds]);
        api = std::max(api, static_cast<double>(world[Counter::api_requests]));
        if (i == 0) first = api;
        CHECK(*world[Distribution::metadata_latency].quantile(0.95) < 50e3);
    }
    CHECK(pending == 0);
    CHECK(api < 1.15 * first);
}

TEST_CASE("what happens is told: release, purge, botnet", "[sim]") {
    Simulator simulator(PopCatalogue::builtIn(), *findScenario("triple-drop"), 391, 1);
    std::vector<std::string> texts;
    for (int i = 0; i < 100; ++i) {
        simulator.step();
        for (const auto& event : simulator.events())
            texts.push_back(event.text);
    }
    CHECK(texts ==
          std::vector<std::string>{"3 albums live", "30000 keys invalidated", "botnet joins the crowd"});
}
