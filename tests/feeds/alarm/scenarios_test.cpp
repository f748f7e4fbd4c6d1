// SPDX-License-Identifier: GPL-3.0-or-later
// The rules built in, on simulated launches: whom they call, and whom they leave alone.
#include "feeds/alarm/alarms.h"

#include "tests/support/catch.h"
#include "tests/support/observed_launch.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using surgescope::tests::ObservedBaseline;
using surgescope::tests::ObservedLaunch;

namespace {

constexpr std::uint64_t kNodes = 40'000;

/// A launch, judged up to so many seconds after T-0.
struct JudgedLaunch {
    explicit JudgedLaunch(const std::string& scenario) : launch(scenario, kNodes) {}

    void runTo(int t) {
        static const ObservedBaseline kStandard("standard-rollout", kNodes, Measure::hit_ratio, 720);
        while (launch.sinceRelease() < t) {
            auto& second = launch.next();
            second.baseline = [&](Measure measure, std::string_view region) {
                return kStandard.of(measure, region, launch.sinceRelease());
            };
            alarms.judge(second);
            for (auto& transition : alarms.takeTransitions()) {
                times.push_back(launch.sinceRelease());
                log.push_back(std::move(transition));
            }
        }
    }
    /// Cards that were shown, "pops/load Europe".
    std::vector<std::string> shown(Severity least = Severity::warning) const {
        std::vector<std::string> cards;
        for (const auto& transition : log)
            if (makesSound(transition) && transition.severity >= least)
                cards.push_back(transition.rule + (transition.group.empty() ? "" : " " + transition.group));
        return cards;
    }
    std::string text() const {
        std::string all;
        for (std::size_t i = 0; i < log.size(); ++i)
            all += "T+" + std::to_string(times[i]) + " " + std::string(wordsFor(log[i].change)) + " " +
                   log[i].rule + " " + log[i].group +
                   (log[i].severity == Severity::critical ? " CRITICAL: " : ": ") + log[i].text + " " +
                   log[i].note + "\n";
        return all;
    }

    ObservedLaunch launch;
    Alarms alarms{Rules::builtIn()};
    std::vector<Transition> log;
    std::vector<int> times;
};

} // namespace

TEST_CASE("explore", "[.explore]") {
    for (const char* name : {"standard-rollout", "triple-drop", "regional-failure", "botnet-in-the-spike",
                             "purge-storm", "origin-outage", "triple-drop-prepared"}) {
        JudgedLaunch judged(name);
        judged.runTo(660);
        std::cout << "==== " << name << "\n" << judged.text() << std::endl;
    }
}
