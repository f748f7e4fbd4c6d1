// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/heat/heat_renderer.h"

#include "tests/support/catch.h"

#include <limits>

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("each cell is one pixel, and the three states without a lag differ from all lags") {
    feeds::HeatGrid grid;
    grid.axis.columns = 4;
    grid.rows = {"LHR", "FRA"};
    const float none = std::numeric_limits<float>::quiet_NaN(), quiet = feeds::HeatGrid::kNothingPurged;
    grid.lagUs = {none, none, quiet, 0, 10e3F, 1e6F, 60e6F, 900e6F};
    const QImage image = renderHeat(grid);
    REQUIRE(image.size() == QSize(4, 2));
    CHECK(image.pixel(0, 0) == heatNoData(0, 0));
    CHECK(image.pixel(1, 0) == heatNoData(0, 1));
    CHECK(image.pixel(0, 0) != image.pixel(1, 0)); // chequered
    CHECK(image.pixel(2, 0) == heatNothingPurged());
    CHECK(image.pixel(3, 0) == heatColour(10e3)); // a lag of 0 is a lag
    CHECK(image.pixel(0, 1) == heatColour(10e3));
    CHECK(image.pixel(2, 1) == heatColour(60e6));
    CHECK(image.pixel(3, 1) == heatColour(60e6));
    CHECK(qGray(image.pixel(1, 1)) > qGray(image.pixel(0, 1)));
    CHECK(qGray(image.pixel(1, 1)) < qGray(image.pixel(2, 1)));
    for (double us = 1e3; us < 100e6; us *= 1.1) {
        CHECK(heatColour(us) != heatNothingPurged());
        CHECK(heatColour(us) != heatNoData(0, 0));
        CHECK(heatColour(us) != heatNoData(0, 1));
    }
}

TEST_CASE("a grid without cells or with too few values is no data") {
    CHECK(renderHeat({}).isNull());
    feeds::HeatGrid grid;
    grid.axis.columns = 2;
    grid.rows = {"LHR"};
    grid.lagUs = {1e6F};
    CHECK(renderHeat(grid).pixel(0, 0) == heatNoData(0, 0));
}
