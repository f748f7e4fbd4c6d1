// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/clipping.h"

#include "tests/support/catch.h"

#include <cmath>

using namespace surgescope::widgets;

namespace {

double areaOf(const QPolygonF& polygon) {
    double twice = 0;
    for (qsizetype i = 0; i < polygon.size(); ++i) {
        const QPointF a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        twice += a.x() * b.y() - b.x() * a.y();
    }
    return std::abs(twice) / 2;
}

const QRectF kBox(0, 0, 100, 50);

} // namespace

TEST_CASE("a polygon is cut at a rectangle") {
    const QPolygonF inside{{10, 10}, {20, 10}, {20, 20}};
    CHECK(clippedPolygon(inside, kBox) == inside);
    CHECK(areaOf(clippedPolygon({{-50, -50}, {50, -50}, {50, 25}, {-50, 25}}, kBox)) == Approx(50 * 25));
    CHECK(areaOf(clippedPolygon({{-500, -500}, {500, -500}, {500, 500}, {-500, 500}}, kBox)) ==
          Approx(100 * 50)); // all around
    CHECK(clippedPolygon({{200, 10}, {220, 10}, {220, 20}}, kBox).isEmpty());
}

TEST_CASE("of a line the pieces inside are left") {
    const QPolygonF inside{{10, 10}, {20, 10}, {20, 20}};
    CHECK(clippedLine(inside, kBox) == std::vector{inside});
    const auto across = clippedLine({{-10, 25}, {110, 25}}, kBox);
    REQUIRE(across.size() == 1);
    CHECK(across[0] == QPolygonF{{0, 25}, {100, 25}});
    const auto twice = clippedLine({{10, 25}, {10, 100}, {90, 100}, {90, 25}}, kBox); // leaves and comes back
    REQUIRE(twice.size() == 2);
    CHECK(twice[0] == QPolygonF{{10, 25}, {10, 50}});
    CHECK(twice[1] == QPolygonF{{90, 50}, {90, 25}});
    CHECK(clippedLine({{-10, 60}, {200, 60}}, kBox).empty());
    CHECK(clippedLine({{-10, 40}, {-1, 60}}, kBox).empty());
}
