// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/alarms.h"

#include "tests/support/catch.h"
#include "tests/support/observed_fleet.h"

#include <string>
#include <vector>

namespace surgescope::tests {

using namespace surgescope::feeds;

/// Windows of a second, so that each second speaks for itself.
inline const std::string kSilent =
    "version = 1\n[defaults]\nwindow = '1s'\nclear_for = '3s'\ngroup_wait = '2s'\n"
    "[[rule]]\nid = 'pops/silent'\neach = 'pop'\nvalue = 'age'\nmin_coverage = '0%'\n"
    "warning = ['>5s', '2s', 0]\ncritical = ['>20s', '2s', 0]\n"
    "text = '{n} silent in {group}: {names}'\ndo = 'ask about {share} of requests'\n";
inline const std::string kErrors =
    "[[rule]]\nid = 'latency/errors'\neach = 'world'\nvalue = 'error_ratio'\n"
    "warning = ['>1%', '0.5%', 2]\ncritical = ['>10%', '5%', 2]\nremind = '60s'\n"
    "text = '5xx {value}, limit {limit}'\ndo = 'shed load'\n";
inline const std::string kFeed =
    "[[rule]]\nid = 'health/feed'\neach = 'feed'\nvalue = 'age'\nmin_coverage = '0%'\n"
    "from = 'always'\ncritical = ['>5s', '2s', 0]\nblind = true\n"
    "text = 'silent for {value}'\ndo = 'check the broker'\n";

inline Rules rulesOf(const std::string& text) {
    auto rules = Rules::parse(text, "test.toml");
    if (!rules) FAIL(rules.error());
    return *rules;
}

/// "shown latency/errors", one after the other.
inline std::vector<std::string> changes(Alarms& alarms) {
    std::vector<std::string> texts;
    for (const auto& transition : alarms.takeTransitions())
        texts.push_back(std::string(wordsFor(transition.change)) + " " + transition.rule +
                        (transition.group.empty() ? "" : " " + transition.group));
    return texts;
}
using Changes = std::vector<std::string>;

/// A wall with one fleet.
struct Room {
    Room(const std::string& rules, std::size_t regions, std::size_t pops)
        : fleet(regions, pops), alarms(rulesOf(rules)) {}

    void run(int time) {
        for (int i = 0; i < time; ++i)
            alarms.judge(fleet.next());
    }
    void setErrors(double share) {
        for (auto& pop : fleet.pops)
            pop.more[Counter::status_5xx] =
                static_cast<std::uint64_t>(share * static_cast<double>(pop.requests));
    }
    const AlarmStatus& status() const { return alarms.status(); }
    const Card& card() const {
        REQUIRE(status().cards.size() == 1);
        return status().cards.front();
    }

    ObservedFleet fleet;
    Alarms alarms;
};

} // namespace surgescope::tests
