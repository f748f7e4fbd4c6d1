// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/relay/relay.h"

#include "tests/feeds/relay/heard_above.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace surgescope::tests {

/// A relay, its agents, and what goes up from it.
struct RelayedSite {
    TestClock clock;
    HeardAbove above{"relay", clock};
    feeds::Relay relay{feeds::PopCatalogue::builtIn(), above};
    std::map<std::string, std::uint64_t> sequences;

    std::string report(const std::string& agent, std::int64_t second, ReportOptions o = {}) {
        o.publisher = agent;
        o.second = kStart + second;
        o.sequence = ++sequences[agent + "pop" + o.pop];
        auto message = popReport(o);
        message.header.sent = clock.wall();
        return words(relay.apply(message, clock.arrival()));
    }
    std::string listed(const std::string& agent, std::uint64_t nodes = 1, ReportOptions o = {}) {
        o.publisher = agent;
        o.sequence = ++sequences[agent + "roster" + o.pop];
        o.nodes = nodes;
        return words(relay.apply(roster(o), clock.arrival()));
    }
    std::string columns(const std::string& agent, std::int64_t second, std::uint64_t nodes = 1) {
        ReportOptions o{.publisher = agent, .second = kStart + second, .nodes = nodes};
        o.sequence = ++sequences[agent + "node"];
        return words(relay.apply(nodeColumns(o), clock.arrival()));
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        relay.tick(clock.steady());
    }
    /// The whole second after `second` has begun, by everybody's clock.
    void begin(std::int64_t second) {
        pass(std::chrono::ceil<std::chrono::milliseconds>(
            feeds::WallTime(feeds::feedSecond(kStart + second)) - clock.wall()));
    }
    static std::string words(const std::optional<feeds::Refused>& refused) {
        return refused ? std::string(feeds::wordsFor(refused->reason)) : "ok";
    }
    /// What went up of a second, all in all.
    feeds::PopTotals upOf(std::int64_t second, bool corrections = true) const {
        feeds::PopTotals sum;
        for (const auto& report : above.reports)
            if (report.header.intervalEnd == feeds::feedSecond(kStart + second) &&
                (corrections || !report.header.correction))
                sum.merge(report.totals);
        return sum;
    }
    /// Two agents that the relay knows, a second ago.
    void beginWithTwo() {
        report("a", 0);
        report("b", 0);
        pass(std::chrono::milliseconds(300));
        above.reports.clear();
        begin(1);
    }
};

} // namespace surgescope::tests
