// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/fleet_state.h"

#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <map>
#include <string>
#include <vector>

/// A fleet whose agents have clocks of their own, and the wall that hears them.
namespace surgescope::tests {

/// An agent as it really is: it reports the second that its own clock says has just ended.
struct Reporter {
    std::string name;
    std::string pop = "LHR";
    std::chrono::milliseconds ahead{0}; // of the right time
    std::uint64_t session = 1;
    std::uint64_t requests = 100;
    feeds::TimeSource timeSource = feeds::TimeSource::clock;
    std::uint64_t sequence = 0;
};

struct FleetOfClocks {
    TestClock clock;
    feeds::FleetState state{feeds::PopCatalogue::builtIn()};
    std::map<std::string, std::uint64_t> outcomes; // by words, of the newest second

    feeds::PopReport reportOf(Reporter& agent) {
        const auto itsTime = clock.wall() + agent.ahead;
        const auto second = std::chrono::floor<std::chrono::seconds>(itsTime);
        auto report = popReport({.publisher = agent.name,
                                 .pop = agent.pop,
                                 .second = feeds::unixSeconds(second),
                                 .sequence = ++agent.sequence,
                                 .session = agent.session,
                                 .requests = agent.requests,
                                 .timeSource = agent.timeSource});
        report.header.sent = itsTime;
        return report;
    }
    std::string say(const feeds::PopReport& report) {
        const auto refused = state.apply(report, clock.arrival());
        return refused ? std::string(feeds::wordsFor(refused->reason)) : "ok";
    }
    /// Each reports once, a second passes; how many were accepted.
    std::uint64_t second(std::vector<Reporter>& agents) {
        outcomes.clear();
        clock.advance(std::chrono::milliseconds(20));
        for (auto& agent : agents)
            ++outcomes[say(reportOf(agent))];
        state.settle(clock.steady());
        clock.advance(std::chrono::milliseconds(980));
        return outcomes["ok"];
    }
    /// Requests of the settled second, of a PoP.
    std::uint64_t requests(const std::string& pop = "LHR") {
        const auto* totals = state.places().at(pop)->rollup.totals(*state.settled());
        return totals ? (*totals)[feeds::Counter::requests] : 0;
    }
    std::vector<std::string> complaints() {
        std::vector<std::string> texts;
        for (const auto& complaint : state.judge().publishers().complaints(clock.steady(), 10).worst)
            texts.push_back(complaint);
        return texts;
    }
};

inline std::vector<Reporter> reporters(int count, const std::string& pop = "LHR") {
    std::vector<Reporter> fleet;
    for (int i = 0; i < count; ++i)
        fleet.push_back({.name = pop + "/edge-" + std::to_string(i), .pop = pop});
    return fleet;
}

} // namespace surgescope::tests
