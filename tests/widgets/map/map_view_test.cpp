// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/equal_earth.h"
#include "widgets/map/map_view.h"

#include "tests/support/catch.h"

using namespace surgescope::widgets;

TEST_CASE("screen and world lead to each other, north is up") {
    const MapView view = MapView::home({1200, 560}).zoomedAt({300, 100}, 3);
    const QPointF world = view.toWorld({17, 423});
    CHECK(view.toScreen(world).x() == Approx(17));
    CHECK(view.toScreen(world).y() == Approx(423));
    CHECK(view.toWorld({0, 0}).y() > view.toWorld({0, 100}).y());
    CHECK(view.toWorld({100, 0}).x() > view.toWorld({0, 0}).x());
}

TEST_CASE("zooming keeps the world under the pointer") {
    const MapView home = MapView::home({1200, 560});
    for (const QPointF pointer : {QPointF(0, 0), QPointF(800, 130), QPointF(1199, 559)}) {
        const QPointF before = home.toWorld(pointer);
        const MapView close = home.zoomedAt(pointer, 4);
        CHECK(close.pixelsPerUnit == Approx(4 * home.pixelsPerUnit));
        CHECK(close.toWorld(pointer).x() == Approx(before.x()).margin(1e-9));
        CHECK(close.toWorld(pointer).y() == Approx(before.y()).margin(1e-9));
    }
}

TEST_CASE("zoom has limits in both directions") {
    const MapView home = MapView::home({1200, 560});
    CHECK(home.zoomedAt({600, 280}, 0.01).pixelsPerUnit == Approx(home.pixelsPerUnit));
    CHECK(home.zoomedAt({600, 280}, 1e6).pixelsPerUnit == Approx(home.pixelsPerUnit * MapView::kMostZoom));
}

TEST_CASE("panning moves with the pointer and stays in the world") {
    const MapView view = MapView::home({1200, 560}).zoomedAt({600, 280}, 4);
    const QPointF grabbed = view.toWorld({500, 200});
    const MapView moved = view.panned({40, -25});
    CHECK(moved.toScreen(grabbed).x() == Approx(540));
    CHECK(moved.toScreen(grabbed).y() == Approx(175));
    CHECK(view.panned({-1e9, 0}).centre.x() == Approx(equalEarth::kHalfWidth));
    CHECK(view.panned({0, 1e9}).centre.y() == Approx(equalEarth::kHalfHeight));
}

TEST_CASE("at home no words lie over where PoPs are") {
    for (const QSizeF size : {QSizeF(1200, 460), QSizeF(600, 900), QSizeF(3000, 400)}) {
        const MapView view = MapView::home(size, 50);
        CHECK(view.toScreen(equalEarth::forward(-149.9, 69.9)).y() > 50);
        CHECK(view.toScreen(equalEarth::forward(-68.0, -54.8)).y() < size.height());
        CHECK(view.zoomedAt({10, 10}, 0.5).pixelsPerUnit == Approx(view.pixelsPerUnit));
    }
}

TEST_CASE("home shows the inhabited world in any shape of window") {
    for (const QSizeF size : {QSizeF(1200, 560), QSizeF(600, 900), QSizeF(3000, 400)}) {
        const MapView view = MapView::home(size);
        const QRectF screen(QPointF(), size);
        for (const auto& [longitude, latitude] :
             {std::pair{-68.0, -54.8}, {15.6, 78.2}, {174.8, -36.9}, {-157.9, 21.3}})
            CHECK(screen.contains(view.toScreen(equalEarth::forward(longitude, latitude))));
    }
}
