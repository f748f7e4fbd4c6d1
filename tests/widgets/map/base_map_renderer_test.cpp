// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/map/base_map_renderer.h"
#include "widgets/map/equal_earth.h"

#include "tests/support/catch.h"

using namespace surgescope::widgets;

TEST_CASE("land is where it belongs, and so is the sea") {
    const auto world = loadWorld();
    REQUIRE(world);
    const MapView view = MapView::home({1200, 560});
    const Palette& palette = paletteOf(Theme::light);
    const QImage image = renderBaseMap(*world, view, palette, 1, 1);
    REQUIRE(image.size() == QSize(1200, 560));
    const auto colourAt = [&](double longitude, double latitude) {
        return image.pixelColor(view.toScreen(equalEarth::forward(longitude, latitude)).toPoint());
    };
    CHECK(colourAt(17, 17) == palette.land);     // Chad
    CHECK(colourAt(100, 62) == palette.land);    // Siberia
    CHECK(colourAt(133, -24) == palette.land);   // Australia
    CHECK(colourAt(177, 67) == palette.land);    // Chukotka, west of the 180th meridian
    CHECK(colourAt(-177, 66.4) == palette.land); // and east of it
    CHECK(colourAt(-140, 10) == palette.ocean);
    CHECK(colourAt(75, -25) == palette.ocean);
    CHECK(colourAt(50.5, 42) == palette.ocean); // the Caspian Sea, a hole
    CHECK(image.pixelColor(2, 2) == palette.panel);
}

TEST_CASE("a device pixel ratio makes the picture finer, not larger") {
    const QImage image = renderBaseMap({}, MapView::home({300, 200}), {}, 2, 1);
    CHECK(image.size() == QSize(600, 400));
    CHECK(image.deviceIndependentSize() == QSizeF(300, 200));
}

TEST_CASE("points nearer than the limit are dropped, the first never") {
    MapView view;
    view.size = {100, 100};
    view.pixelsPerUnit = 1;
    const WorldGeometry::Points points{{0, 0}, {0.3, 0}, {0.6, 0}, {0.9, 0}, {5, 0}};
    const auto kept = thinned(points, view, 0.7);
    REQUIRE(kept.size() == 3);
    CHECK(kept[0].x() == Approx(50));
    CHECK(kept[1].x() == Approx(50.9));
    CHECK(kept[2].x() == Approx(55));
    CHECK(thinned({{0, 0}, {0.1, 0}}, view, 0.7).empty());
}
