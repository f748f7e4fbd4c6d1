// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/equal_earth.h"

#include "tests/support/catch.h"

#include <cmath>

using namespace surgescope::widgets;

TEST_CASE("Equal Earth agrees with published values") {
    // The reference implementation (PROJ, +proj=eqearth +R=6371008.7714): poles, antimeridian, and the
    // published ratio of width to height, 2.05458, and of the pole line to the equator, 0.59247.
    CHECK(equalEarth::forward(180, 0).x() == Approx(equalEarth::kHalfWidth).epsilon(1e-12));
    CHECK(equalEarth::forward(0, 90).y() == Approx(equalEarth::kHalfHeight).epsilon(1e-12));
    CHECK(equalEarth::kHalfWidth / equalEarth::kHalfHeight == Approx(2.05458).epsilon(1e-5));
    CHECK(equalEarth::forward(180, 90).x() / equalEarth::kHalfWidth == Approx(0.59247).epsilon(1e-4));
    CHECK(equalEarth::forward(0, 0).manhattanLength() == 0);
}

TEST_CASE("Equal Earth keeps areas") {
    // A cell of one degree covers cos(latitude) of what it covers at the equator, in the plane as on the
    // sphere.
    const auto area = [](double latitude) {
        const QPointF a = equalEarth::forward(50, latitude - 0.5),
                      b = equalEarth::forward(51, latitude - 0.5);
        const QPointF c = equalEarth::forward(51, latitude + 0.5),
                      d = equalEarth::forward(50, latitude + 0.5);
        const auto cross = [](QPointF p, QPointF q) { return p.x() * q.y() - q.x() * p.y(); };
        return std::abs(cross(a, b) + cross(b, c) + cross(c, d) + cross(d, a)) / 2;
    };
    for (const double latitude : {10.0, 35.0, 60.0, 80.0})
        CHECK(area(latitude) / area(0) == Approx(std::cos(latitude * M_PI / 180)).epsilon(2e-3));
}

TEST_CASE("Equal Earth is monotone, symmetric, and its inverse leads back") {
    double last = -10;
    for (int latitude = -90; latitude <= 90; ++latitude) {
        const double y = equalEarth::forward(0, latitude).y();
        CHECK(y > last);
        last = y;
        CHECK(equalEarth::forward(0, -latitude).y() == Approx(-y).margin(1e-12));
    }
    for (int latitude = -88; latitude <= 88; latitude += 11) {
        for (int longitude = -180; longitude <= 180; longitude += 45) {
            const QPointF back = equalEarth::inverse(equalEarth::forward(longitude, latitude));
            CHECK(back.x() == Approx(longitude).margin(1e-7));
            CHECK(back.y() == Approx(latitude).margin(1e-7));
        }
    }
}
