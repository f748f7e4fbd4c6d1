// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/varnish_memory.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/varnish_fixture.h"
#include "tests/support/wait.h"

#include <functional>
#include <iostream>
#include <string>

namespace surgescope::tests {

/// Says so, visibly, where a test with a real Varnish cannot be run.
inline bool noVarnish() {
    if (skippedWithout(VarnishFixture::kProgram, "varnish")) return true;
    feeds::VarnishCounters counters;
    const auto memory = feeds::VarnishMemory::open("/nonexistent", true, counters);
    if (memory) return false;
    WARN("skipped: " << memory.error());
    std::cout << "surgescope: skipped, " << memory.error() << '\n';
    return true;
}

/// A collector, and the sum of what it has collected.
struct Watching : Collecting {
    feeds::PopTotals sum;
    feeds::CollectedSecond last;

    explicit Watching(const VarnishFixture& varnish, const std::string& more = "")
        : Collecting("varnish name=" + varnish.name() + more) {}

    void next() {
        loop.turn(std::chrono::milliseconds(50));
        last = second();
        sum.merge(last.totals);
    }
    bool until(const std::function<bool()>& holds) {
        return eventually([&] {
            next();
            return holds();
        });
    }
    std::uint64_t operator[](feeds::Counter c) const { return sum[c]; }
};

} // namespace surgescope::tests
