// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_kinds.h"

#include "tests/support/catch.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace surgescope::tests {

/// One collector in a loop of its own, as an agent would have it.
struct Collecting {
    feeds::SystemClock clock;
    feeds::EventLoop loop;
    std::unique_ptr<feeds::Collector> collector;

    /// `what` as on the command line: "nginx lines=udp:0".
    explicit Collecting(const std::string& what) {
        auto plan = feeds::readCollectorPlan(what);
        INFO((plan ? std::string() : plan.error()));
        REQUIRE(plan);
        auto made = feeds::makeCollector(*plan, {loop, clock});
        INFO((made ? std::string() : made.error()));
        REQUIRE(made);
        collector = *std::move(made);
    }

    /// What came in since the call before.
    feeds::CollectedSecond second() {
        collector->cut();
        while (!collector->settled())
            loop.turn(std::chrono::milliseconds(100));
        return collector->take();
    }
};

} // namespace surgescope::tests
