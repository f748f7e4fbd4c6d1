// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"

#include "tests/support/catch.h"

#include <set>

using namespace surgescope::widgets;

TEST_CASE("the saturation scale is fixed from 0 to 100 % and clamps") {
    CHECK(saturationColour(-3) == saturationColour(0));
    CHECK(saturationColour(1.6) == saturationColour(1));
    CHECK(saturationColour(0) != saturationColour(0.3));
    CHECK(qBlue(saturationColour(0)) > qRed(saturationColour(0)));
    CHECK(qGreen(saturationColour(0.6)) > qRed(saturationColour(0.6)));
    CHECK(qRed(saturationColour(1)) > 3 * qGreen(saturationColour(1)));
    // Half way between two stops lies half way between their colours.
    CHECK(qRed(saturationColour(0.825)) == Approx((214 + 243) / 2.0).margin(1));
}

TEST_CASE("levels begin exactly at 75, 90 and 100 %") {
    CHECK(levelOf(0.7499) == Level::managed);
    CHECK(levelOf(0.75) == Level::elevated);
    CHECK(levelOf(0.8999) == Level::elevated);
    CHECK(levelOf(0.90) == Level::critical);
    CHECK(levelOf(0.9999) == Level::critical);
    CHECK(levelOf(1.0) == Level::overload);
}

TEST_CASE("the heat scale is logarithmic from 10 ms to 60 s and clamps") {
    CHECK(heatPosition(1) == 0);
    CHECK(heatPosition(10e3) == 0);
    CHECK(heatPosition(60e6) == Approx(1));
    CHECK(heatPosition(600e6) == 1);
    const double decade = heatPosition(100e3);
    CHECK(heatPosition(1e6) == Approx(2 * decade));
    CHECK(heatPosition(10e6) == Approx(3 * decade));
    CHECK(heatColour(600e6) == heatColour(60e6));
    CHECK(qGray(heatColour(60e6)) > qGray(heatColour(1e6)));
}

TEST_CASE("each region has a colour of its own, and so have unplaced PoPs") {
    std::set<QRgb> colours;
    for (std::size_t i = 0; i < 8; ++i)
        colours.insert(regionColour(i).rgb());
    CHECK(colours.size() == 8);
    CHECK(regionColour(99) == regionColour(7));
}
