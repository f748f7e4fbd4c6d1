// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/demand.h"
#include "feeds/sim/scenario_file.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

double listenersIn(const Demand& demand) {
    double sum = 0;
    for (const auto& pop : demand.pops())
        sum += pop.listeners;
    return sum;
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

TEST_CASE("weekends have no morning peak and about as many listeners", "[sim]") {
    CHECK(activityAtLocalHour(9, true) < 0.75 * activityAtLocalHour(9, false));
    double weekday = 0;
    double weekend = 0;
    for (int i = 0; i < 240; ++i) {
        weekday += activityAtLocalHour(i / 10.0, false);
        weekend += activityAtLocalHour(i / 10.0, true);
    }
    CHECK(weekend == Approx(weekday).epsilon(0.06));
    // The demand knows which day it is where: Sunday noon in Tokyo is Sunday morning in London.
    auto scenario = *findScenario("standard-rollout");
    scenario.releaseAt = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + std::chrono::hours(9);
    Demand sunday(PopCatalogue::builtIn(), scenario);
    sunday.step(scenario.start());
    scenario.releaseAt += std::chrono::days(1);
    Demand monday(PopCatalogue::builtIn(), scenario);
    monday.step(scenario.start());
    const auto london = PopCatalogue::builtIn().find("LHR")->value;
    CHECK(sunday.pops()[london].listeners < 0.75 * monday.pops()[london].listeners);
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

TEST_CASE("listeners who came for the release add up and leave again", "[sim]") {
    const auto scenario = *findScenario("triple-drop");
    Demand demand(PopCatalogue::builtIn(), scenario);
    double opened = 0;
    double quiet = 0;
    for (int t = -60; t <= 600; ++t) {
        demand.step(scenario.releaseAt + std::chrono::seconds(t));
        if (t == -1) quiet = listenersIn(demand);
        opened += opensPerSecond(scenario, t);
    }
    const double extra = listenersIn(demand) - quiet;
    CHECK(extra < opened);
    CHECK(extra > 0.85 * opened); // a session lasts 45 minutes: few have left after ten
}

TEST_CASE("at local midnight each place has its own wave", "[sim]") {
    auto scenario = *findScenario("triple-drop");
    scenario.releaseMode = ReleaseMode::localMidnight;
    scenario.releaseAt = std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(15);
    const auto& catalogue = PopCatalogue::builtIn();
    Demand demand(catalogue, scenario); // midnight in Tokyo (+9) is now, in London nine hours later
    for (int t = -60; t <= 600; ++t)
        demand.step(scenario.releaseAt + std::chrono::seconds(t));
    const auto at = [&](const char* code) { return demand.pops()[catalogue.find(code)->value]; };
    CHECK(at("NRT").releaseListeners > 0.1 * at("NRT").listeners);
    CHECK(at("LHR").releaseListeners == 0);
    CHECK(at("EWR").releaseListeners == 0);
}

TEST_CASE("people skip through new tracks at first", "[sim]") {
    const auto scenario = *findScenario("triple-drop");
    CHECK(dwellSeconds(scenario, 0) == Approx(40));
    CHECK(dwellSeconds(scenario, 1'200) == Approx(190 - 150 / std::exp(1)));
    CHECK(dwellSeconds(scenario, 1e6) == Approx(190));
}

TEST_CASE("a share of the demand and the rest are the whole", "[sim]") {
    const auto scenario = *findScenario("triple-drop");
    Demand demand(PopCatalogue::builtIn(), scenario);
    demand.step(scenario.start());
    const auto& whole = demand.pops()[7];
    auto sum = whole * 0.3;
    sum += whole * 0.7;
    CHECK(sum.apiPerSecond == Approx(whole.apiPerSecond));
    CHECK(sum.egressBitsPerSecond == Approx(whole.egressBitsPerSecond));
    CHECK(sum.waiting == Approx(whole.waiting));
    CHECK(sum.pollsPerSecond == Approx(whole.pollsPerSecond));
}
