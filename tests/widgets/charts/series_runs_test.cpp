// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/series_runs.h"

#include "tests/support/catch.h"

#include <limits>

using namespace surgescope::widgets;

TEST_CASE("a gap ends one run and begins another") {
    const float n = std::numeric_limits<float>::quiet_NaN();
    CHECK(runsOf(std::vector<float>{}).empty());
    CHECK(runsOf(std::vector<float>{n, n}).empty());
    CHECK(runsOf(std::vector<float>{1, 0, 2}) == std::vector<SeriesRun>{{0, 2}});
    CHECK(runsOf(std::vector<float>{n, 1, n, n, 2, 3}) == std::vector<SeriesRun>{{1, 1}, {4, 5}});
}
