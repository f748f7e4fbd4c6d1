// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/axis_scale.h"

#include "tests/support/catch.h"

#include <limits>

using namespace surgescope::widgets;

TEST_CASE("an axis takes nice values only") {
    CHECK(AxisScale::niceAtLeast(41.8e6) == Approx(50e6));
    CHECK(AxisScale::niceAtLeast(1) == Approx(1));
    CHECK(AxisScale::niceAtLeast(1.01) == Approx(1.5));
    CHECK(AxisScale::niceAtLeast(0.0082) == Approx(0.01));
    CHECK(AxisScale::niceAtLeast(8e3) == Approx(8e3));
}

TEST_CASE("an axis rises at once and does not jitter on its way down") {
    AxisScale scale;
    CHECK(scale.isEmpty());
    scale.show(41);
    CHECK(scale.top() == Approx(50));
    for (const double value : {39.0, 41.0, 38.0, 40.5, 36.0}) {
        scale.show(value);
        CHECK(scale.top() == Approx(50)); // 40 would be nice too, but would not last
    }
    scale.show(33);
    CHECK(scale.top() == Approx(40));
    scale.show(51);
    CHECK(scale.top() == Approx(60));
    scale.reset();
    CHECK(scale.isEmpty());
}

TEST_CASE("an axis ignores what is no height") {
    AxisScale scale;
    scale.show(0);
    scale.show(-4);
    scale.show(std::numeric_limits<double>::quiet_NaN());
    CHECK(scale.isEmpty());
    scale.show(std::numeric_limits<double>::infinity());
    CHECK(scale.isEmpty());
}

TEST_CASE("divisions have nice sizes at every decade") {
    AxisScale scale;
    for (const double factor : {1e-3, 1.0, 1e6, 1e12}) {
        for (const auto& [top, divisions] :
             {std::pair{1.0, 4}, {1.5, 3}, {2.0, 4}, {3.0, 3}, {5.0, 5}, {8.0, 4}}) {
            scale.reset();
            scale.show(top * factor);
            CHECK(scale.top() == Approx(top * factor));
            CHECK(scale.divisions() == divisions);
        }
    }
}
