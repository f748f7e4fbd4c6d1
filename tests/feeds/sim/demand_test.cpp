// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/demand.h"
#include "feeds/sim/random.h"
#include "feeds/sim/scenario_file.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

double listenersIn(const Demand& demand) {
    double sum = 0;
    for (const auto& pop : demand.pops())
        sum += pop.listeners;
    return sum;
}

double meanCount(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Of counts of so many minutes, the trend taken off by second differences.
double varianceOverMean(const std::vector<double>& perMinute, int minutes) {
    std::vector<double> blocks;
    for (std::size_t i = 0; i + static_cast<std::size_t>(minutes) <= perMinute.size();
         i += static_cast<std::size_t>(minutes))
        blocks.push_back(std::accumulate(perMinute.begin() + static_cast<std::ptrdiff_t>(i),
                                         perMinute.begin() + static_cast<std::ptrdiff_t>(i) + minutes, 0.0));
    double variance = 0;
    for (std::size_t i = 2; i < blocks.size(); ++i) {
        const double difference = blocks[i] - 2 * blocks[i - 1] + blocks[i - 2];
        variance += difference * difference / 6 / static_cast<double>(blocks.size() - 2);
    }
    return variance / meanCount(blocks);
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
    Demand sunday(PopCatalogue::builtIn(), scenario, 1);
    sunday.step(scenario.start());
    scenario.releaseAt += std::chrono::days(1);
    Demand monday(PopCatalogue::builtIn(), scenario, 1);
    monday.step(scenario.start());
    const auto london = PopCatalogue::builtIn().find("LHR")->value;
    CHECK(sunday.pops()[london].listeners < 0.75 * monday.pops()[london].listeners);
}

TEST_CASE("local time is that of the PoP's zone, daylight saving included", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    auto winter = *findScenario("standard-rollout");
    auto summer = winter;
    summer.releaseAt = std::chrono::sys_days(std::chrono::year(2026) / 7 / 10) + std::chrono::hours(5);
    Demand inWinter(catalogue, winter, 1);
    Demand inSummer(catalogue, summer, 1);
    inWinter.step(winter.start());
    inSummer.step(summer.start());
    const auto newark = catalogue.find("EWR")->value;
    const auto tokyo = catalogue.find("NRT")->value;
    // 04:59 UTC is 23:59 in New York in winter and 00:59 in summer; Tokyo keeps its hour. The day and what a
    // place does differently make up for a few percent.
    const double ratio = activityAtLocalHour(23.98) / activityAtLocalHour(0.98);
    const double newarks = inWinter.pops()[newark].listeners / inSummer.pops()[newark].listeners;
    const double tokyos = inWinter.pops()[tokyo].listeners / inSummer.pops()[tokyo].listeners;
    CHECK(newarks == Approx(ratio).epsilon(0.2));
    CHECK(tokyos == Approx(1).epsilon(0.15));
    CHECK(newarks > tokyos * 1.1);
}

TEST_CASE("a usual day at a small place is as restless as published web traffic", "[sim]") {
    // World Cup 1998, per minute, trend taken off: variance over mean 10 at one minute and 99 at sixteen, at
    // 113 requests a second. Poisson has 1.
    const auto& catalogue = PopCatalogue::builtIn();
    auto scenario = *findScenario("standard-rollout");
    scenario.opensAtPeakPerSecond = scenario.waitingPool = 0;
    scenario.releaseAt = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
    Demand demand(catalogue, scenario, 1);
    std::vector<std::vector<double>> perMinute(catalogue.size());
    for (int minute = 0; minute < 600; ++minute) {
        for (auto& counts : perMinute)
            counts.push_back(0);
        for (int second = 0; second < 60; ++second) {
            demand.step(scenario.start() + std::chrono::seconds(60 * minute + second));
            for (std::size_t p = 0; p < catalogue.size(); ++p) {
                const auto& d = demand.pops()[p];
                perMinute[p].back() += static_cast<double>(
                    poisson(d.apiPerSecond + d.audioPerSecond, hash(1, p, minute, second)));
            }
        }
    }
    std::vector<double> atOne;
    std::vector<double> atSixteen;
    for (const auto& counts : perMinute) {
        const double perSecond = std::accumulate(counts.begin(), counts.end(), 0.0) / 36'000;
        if (perSecond < 80 || perSecond > 160) continue;
        atOne.push_back(varianceOverMean(counts, 1));
        atSixteen.push_back(varianceOverMean(counts, 16));
    }
    REQUIRE(atOne.size() > 3);
    CHECK(meanCount(atOne) > 6);
    CHECK(meanCount(atOne) < 15);
    CHECK(meanCount(atSixteen) > 60);
    CHECK(meanCount(atSixteen) < 250);
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
    Demand demand(PopCatalogue::builtIn(), scenario, 1);
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
    Demand demand(catalogue, scenario, 1); // midnight in Tokyo (+9) is now, in London nine hours later
    for (int t = -60; t <= 600; ++t)
        demand.step(scenario.releaseAt + std::chrono::seconds(t));
    const auto at = [&](const char* code) { return demand.pops()[catalogue.find(code)->value]; };
    CHECK(at("NRT").releaseListeners > 0.02 * at("NRT").listeners); // an American release
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
    Demand demand(PopCatalogue::builtIn(), scenario, 1);
    demand.step(scenario.start());
    const auto& whole = demand.pops()[7];
    auto sum = whole * 0.3;
    sum += whole * 0.7;
    CHECK(sum.apiPerSecond == Approx(whole.apiPerSecond));
    CHECK(sum.egressBitsPerSecond == Approx(whole.egressBitsPerSecond));
    CHECK(sum.waiting == Approx(whole.waiting));
    CHECK(sum.pollsPerSecond == Approx(whole.pollsPerSecond));
}
