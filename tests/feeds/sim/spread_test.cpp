// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/spread.h"

#include "tests/support/catch.h"

#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

TEST_CASE("a spread adds up and has the median it was given", "[sim]") {
    ExponentialHistogram histogram;
    spread(histogram, 40'000, 0.5, 12'345);
    CHECK(histogram.count() == 12'345);
    CHECK(*histogram.quantile(0.5) == Approx(40'000).epsilon(0.09));
    CHECK(*histogram.quantile(0.8413) == Approx(40'000 * std::exp(0.5)).epsilon(0.09));
    spread(histogram, 0, 0.5, 0);
    CHECK(histogram.count() == 12'345);
}

TEST_CASE("a spread keeps its count at both ends of what can be recorded", "[sim]") {
    for (const double median : {0.1, 1.0, 3e13}) {
        ExponentialHistogram histogram;
        spread(histogram, median, 0.6, 1'000);
        INFO(median);
        CHECK(histogram.count() == 1'000);
        CHECK(histogram.sum() > 0);
    }
    ExponentialHistogram one;
    spread(one, 500, 0.3, 1);
    CHECK(one.count() == 1);
    CHECK(*one.quantile(0.5) == Approx(500).epsilon(0.1));
}
