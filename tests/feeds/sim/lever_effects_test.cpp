// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/launch_measures.h"
#include "feeds/sim/scenario_file.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

using Second = LaunchMeasures::Second;

/// The launch with these levers pulled a minute before it begins, up to `until` seconds after T-0.
std::vector<Second> leverRun(const std::string& name, const std::vector<std::string>& levers, double until) {
    auto scenario = *findScenario(name);
    for (const auto& lever : levers)
        scenario.levers.insert(scenario.levers.begin(), {-120, *parseLever(lever)});
    return measureLaunch(PopCatalogue::builtIn(), scenario, 4'000, 1, until, [](double) {}, {}).seconds();
}

double peak(const std::vector<Second>& seconds, double Second::*field) {
    return std::ranges::max_element(seconds, {}, field).operator*().*field;
}

double sum(const std::vector<Second>& seconds, double Second::*field) {
    double all = 0;
    for (const auto& second : seconds)
        all += second.*field;
    return all;
}

} // namespace

TEST_CASE("the admission limit relieves the service behind it", "[sim]") {
    const auto open = leverRun("triple-drop", {}, 150);
    const auto limited = leverRun("triple-drop", {"admission_limit=0.4"}, 150);
    CHECK(open.back().metadataP50 > 0.25);
    CHECK(limited.back().metadataP50 < 0.5 * open.back().metadataP50);
    CHECK(peak(limited, &Second::errorShare) < 0.5 * peak(open, &Second::errorShare)); // 429 are no 5xx
}

TEST_CASE("staged purges spare the nodes and are paid for in stale answers", "[sim]") {
    const auto open = leverRun("triple-drop", {}, 200);
    const auto staged = leverRun("triple-drop", {"staged_purges=300"}, 200);
    CHECK(peak(staged, &Second::issuedPerSecond) == peak(open, &Second::issuedPerSecond));
    CHECK(peak(staged, &Second::lagP50) > 1.5 * peak(open, &Second::lagP50));
    CHECK(sum(staged, &Second::stalePerSecond) > 1.3 * sum(open, &Second::stalePerSecond));
    CHECK(peak(staged, &Second::pendingPerNode) == Approx(12 * 2'205).epsilon(0.05));
}

TEST_CASE("more edge capacity lowers saturation in proportion", "[sim]") {
    const auto open = leverRun("triple-drop", {}, 100);
    const auto larger = leverRun("triple-drop", {"edge_capacity=2"}, 100);
    CHECK(larger.front().saturationMean == Approx(open.front().saturationMean / 2).epsilon(0.02));
    CHECK(peak(larger, &Second::popsOverloaded) < 0.3 * peak(open, &Second::popsOverloaded));
    CHECK(peak(larger, &Second::metadataP50) > 0.25); // and does nothing for the service behind
}

TEST_CASE("client jitter flattens the crowd and loses nobody", "[sim]") {
    const auto open = leverRun("triple-drop", {}, 900);
    const auto spread = leverRun("triple-drop", {"client_jitter=240"}, 900);
    CHECK(peak(spread, &Second::apiPerSecond) < 0.8 * peak(open, &Second::apiPerSecond));
    CHECK(spread.back().listeners > 0.85 * open.back().listeners);
    CHECK(spread.back().listeners < open.back().listeners); // some still wait
}

TEST_CASE("the metadata service is retried within a share of its clients' requests", "[sim]") {
    auto scenario = *findScenario("triple-drop");
    const auto most = [&](double budget) {
        scenario.retryBudget = budget;
        const auto run =
            measureLaunch(PopCatalogue::builtIn(), scenario, 391, 1, 150, [](double) {}, {}).seconds();
        return peak(run, &Second::retryShare);
    };
    CHECK(most(0) == 0);
    CHECK(most(0.02) == Approx(0.02 * 0.7).epsilon(0.3)); // of all API requests; machines have no budget
    CHECK(most(0.04) == Approx(2 * most(0.02)).epsilon(0.15));
}
