// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/base_map_layer.h"
#include "widgets/map/equal_earth.h"

#include "tests/support/catch.h"

#include <QSignalSpy>

using namespace surgescope::widgets;

namespace {

constexpr std::int64_t kNoon = 29'923'920; // minutes: 2026-11-23 12:00 UTC, the sun south of Greenwich

struct Layer {
    BaseMapLayer layer;
    MapView view = MapView::home({600, 280});
    QSignalSpy ready{&layer, &BaseMapLayer::ready};

    void want(std::optional<std::int64_t> minute) {
        ready.clear();
        layer.want(view, 0.5, 1, minute);
    }
    int greyAt(double longitude, double latitude) {
        QImage image(view.size.toSize(), QImage::Format_RGB32);
        image.fill(Qt::black);
        QPainter painter(&image);
        layer.paint(painter);
        painter.end();
        return qGray(image.pixel(view.toScreen(equalEarth::forward(longitude, latitude)).toPoint()));
    }
};

} // namespace

TEST_CASE("the night goes on with the minutes and can be left out") {
    Layer shown;
    shown.want(std::nullopt);
    CHECK_FALSE(shown.layer.isCrisp());
    REQUIRE(shown.ready.wait(20'000));
    CHECK(shown.layer.isCrisp());
    const int chad = shown.greyAt(17, 17), australia = shown.greyAt(133, -24);
    CHECK(chad == australia);
    shown.want(kNoon);
    REQUIRE(shown.ready.wait(20'000));
    CHECK(shown.greyAt(17, 17) == chad);
    CHECK(shown.greyAt(133, -24) < australia);
    shown.want(kNoon + 12 * 60);
    REQUIRE(shown.ready.wait(20'000));
    CHECK(shown.greyAt(17, 17) < chad);
    CHECK(shown.greyAt(133, -24) == australia);
    shown.want(std::nullopt);
    REQUIRE(shown.ready.wait(20'000));
    CHECK(shown.greyAt(17, 17) == chad);
}

TEST_CASE("a small pan needs no new picture, a large one does") {
    Layer shown;
    shown.view = shown.view.zoomedAt({300, 140}, 4);
    shown.want(kNoon);
    REQUIRE(shown.ready.wait(20'000));
    shown.view = shown.view.panned({20, 10});
    shown.want(kNoon);
    CHECK(shown.layer.isCrisp());
    CHECK_FALSE(shown.ready.wait(100));
    shown.view = shown.view.panned({200, 0});
    shown.want(kNoon);
    CHECK(shown.ready.wait(20'000));
}
