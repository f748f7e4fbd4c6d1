// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/time_to_full.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <functional>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

/// Saturation second by second, the last at kStart + count - 1.
std::optional<double> forecast(int count, const std::function<double(int)>& saturation) {
    Rollup rollup;
    for (int s = 0; s < count; ++s) {
        const auto second = feedSecond(kStart + s);
        auto* totals = rollup.open(second, 1);
        *totals = popReport({}).totals;
        (*totals)[Counter::saturation_permille_seconds] =
            static_cast<std::uint64_t>(std::lround(saturation(s) * 1000));
        rollup.settle(second, 1);
    }
    return secondsToFull(rollup, feedSecond(kStart + count - 1));
}

} // namespace

TEST_CASE("a place that rises by a hundredth in two seconds is full when the line says so", "[frame]") {
    CHECK(forecast(60, [](int s) { return 0.2 + 0.005 * s; }) == Approx(101).margin(1)); // at 0.495
    // Only the last minute counts.
    CHECK(forecast(120, [](int s) { return s < 60 ? 0.9 - 0.01 * s : 0.3 + 0.005 * (s - 60); }) ==
          Approx(81).margin(1));
}

TEST_CASE("what is full is full now, what falls, stands or creeps has no time", "[frame]") {
    CHECK(forecast(60, [](int s) { return 0.9 + 0.002 * s; }) == 0.0);
    CHECK_FALSE(forecast(60, [](int s) { return 0.9 - 0.001 * s; }));
    CHECK_FALSE(forecast(60, [](int) { return 0.7; }));
    CHECK_FALSE(forecast(60, [](int s) { return 0.1 + 0.0001 * s; })); // in two and a half hours
    CHECK_FALSE(forecast(10, [](int s) { return 0.2 + 0.01 * s; }));   // too little to tell
    CHECK_FALSE(secondsToFull(Rollup{}, feedSecond(kStart)));
}
