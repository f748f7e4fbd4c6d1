// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/launch_measures.h"
#include "feeds/sim/scenario_file.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <map>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;
using namespace surgescope::tests;

namespace {

LaunchMeasures measure(const Scenario& scenario, double until = 700) {
    return measureLaunch(PopCatalogue::builtIn(), scenario, 40'000, 1, until, [](double) {}, {});
}

std::map<std::string, std::optional<double>> figures(const Scenario& scenario) {
    std::map<std::string, std::optional<double>> byKey;
    for (auto& m : measuresOf(measure(scenario), measure(scenario.quietTwin())))
        byKey[m.key] = m.value;
    return byKey;
}

} // namespace

TEST_CASE("a standard rollout and a triple drop are what they are known for", "[sim]") {
    auto standard = figures(*findScenario("standard-rollout"));
    auto triple = figures(*findScenario("triple-drop"));

    // Invalidations: few and at once applied; a burst whose backlog shows and drains.
    CHECK(*triple["invalidations_issued_peak"] >= 50 * *standard["invalidations_issued_peak"]);
    CHECK(*standard["invalidations_pending_peak"] < 10);
    CHECK_FALSE(standard["invalidations_drained_at"]);
    CHECK(*triple["invalidations_pending_peak"] > 5'000);
    CHECK(*triple["invalidations_drained_at"] < 120);
    CHECK(*standard["lag_p50_worst"] < 0.5); // its p99 is what a stuck relay makes of it
    CHECK(*triple["lag_p50_worst"] > 10);
    // API throughput: within 15 % of the baseline; +450 %, give or take 30 points.
    CHECK(*standard["api_change_peak"] < 15);
    CHECK(*standard["api_change_lowest"] > -15);
    CHECK(*triple["api_change_peak"] > 420);
    CHECK(*triple["api_change_peak"] < 480);
    // Saturation: managed; PoPs beyond 0.9, some beyond 1.
    CHECK(*standard["pops_critical_peak"] == 0);
    CHECK(*triple["pops_critical_peak"] > 50);
    CHECK(*triple["pops_overloaded_peak"] > 10);
    // Metadata: below 50 ms; above 250 ms at first, and below 50 again.
    CHECK(*standard["metadata_p95_worst"] < 50);
    CHECK(*triple["metadata_p50_worst"] > 250);
    CHECK(*triple["metadata_recovered_at"] < 300);
    // What held in both.
    for (auto& launch : {standard, triple}) {
        CHECK(*launch.at("lb_p50_worst") < 1);
        CHECK(*launch.at("ttfb_mean_worst") < 25);
        CHECK(*launch.at("errors_peak") < 8);
    }
}

TEST_CASE("levers pulled beforehand make the difference", "[sim]") {
    auto prepared = figures(*findScenario("triple-drop-prepared"));
    CHECK(*prepared["api_change_peak"] > 400); // the crowd is the same
    CHECK(*prepared["metadata_p95_worst"] < 50);
    CHECK(*prepared["errors_peak"] < 0.1);
}

TEST_CASE("figures are read from reports alone", "[sim]") {
    LaunchMeasures launch(feedSecond(kStart));
    LaunchMeasures quiet(feedSecond(kStart));
    for (int i = 0; i < 3; ++i) {
        Global global;
        global.header.intervalEnd = feedSecond(kStart + i);
        global.purgeHead = 100U * static_cast<unsigned>(i * i);
        auto report = popReport({.second = kStart + i, .nodes = 10, .requests = 1'000});
        report.totals[Counter::api_requests] = 100;
        quiet.add(std::vector{report}, global);
        report.totals[Counter::api_requests] = i == 1 ? 300 : 90;
        report.totals[Counter::saturation_permille_seconds] = 10 * 950;
        report.totals[Distribution::lb_latency].record(500, 10);
        launch.add(std::vector{report}, global);
    }
    std::map<std::string, std::optional<double>> byKey;
    for (auto& m : measuresOf(launch, quiet))
        byKey[m.key] = m.value;
    CHECK(*byKey["api_change_peak"] == Approx(200));
    CHECK(*byKey["api_change_at"] == 1);
    CHECK(*byKey["api_change_lowest"] == Approx(-10));
    CHECK(*byKey["invalidations_issued_peak"] == 300); // 100 to 400
    CHECK(*byKey["pops_critical_peak"] == 1);
    CHECK(*byKey["pops_overloaded_peak"] == 0);
    CHECK(*byKey["hit_ratio_lowest"] == Approx(90));
    CHECK(*byKey["lb_p50_worst"] == Approx(0.5).epsilon(0.1));
    CHECK_FALSE(byKey["metadata_recovered_at"]);
}

TEST_CASE("a measurement can be stopped", "[sim]") {
    std::stop_source stop;
    int told = 0;
    const auto measures = measureLaunch(
        PopCatalogue::builtIn(), *findScenario("triple-drop"), 391, 1, 900,
        [&](double share) {
            CHECK(share <= 1);
            if (++told == 3) stop.request_stop();
        },
        stop.get_token());
    CHECK(measures.seconds().size() == 3);
}
