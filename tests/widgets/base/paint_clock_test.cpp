// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/paint_clock.h"

#include "tests/support/catch.h"

using namespace surgescope::widgets;

TEST_CASE("the paint clock tells median, p95 and maximum, then forgets") {
    PaintClock clock;
    for (int i = 100; i >= 1; --i)
        clock.record(i);
    const PaintTimes times = clock.take();
    CHECK(times.count == 100);
    CHECK(times.median == 50);
    CHECK(times.p95 == 95);
    CHECK(times.max == 100);
    CHECK(clock.take().count == 0);
    CHECK(clock.take().max == 0);
}

TEST_CASE("a paint clock nobody asks stays small and keeps the maximum") {
    PaintClock clock;
    clock.record(999);
    for (std::size_t i = 0; i < 2 * PaintClock::kMost; ++i)
        clock.record(2);
    const PaintTimes times = clock.take();
    CHECK(times.count == 2 * PaintClock::kMost + 1);
    CHECK(times.max == 999);
    CHECK(times.p95 == 2);
}
