// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/daylight.h"
#include "widgets/map/equal_earth.h"

#include "tests/support/catch.h"

#include <QPainter>

#include <cmath>

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("the sun stands where almanacs say") {
    const auto sunAt = [](std::int64_t unixTime) { return subsolarPoint(feeds::feedSecond(unixTime)); };
    // Equinoxes and solstices: 2024-03-20 03:06, 2024-06-20 20:51, 2026-12-21 20:50 UTC.
    CHECK(sunAt(1'710'903'960).latitude == Approx(0).margin(0.02));
    CHECK(sunAt(1'718'916'660).latitude == Approx(23.44).margin(0.02));
    CHECK(sunAt(1'797'886'200).latitude == Approx(-23.44).margin(0.02));
    // At 12:00 UTC the sun is the equation of time away from Greenwich: +16 min 25 s on 2026-11-03, −14 min
    // 14 s on 2026-02-11, about nothing on 2026-04-15.
    CHECK(sunAt(1'793'707'200).longitude == Approx(-(16 + 25.0 / 60) / 4).margin(0.1));
    CHECK(sunAt(1'770'811'200).longitude == Approx((14 + 14.0 / 60) / 4).margin(0.1));
    CHECK(sunAt(1'776'254'400).longitude == Approx(0).margin(0.15));
    // Six hours later it is a quarter of the globe farther west.
    CHECK(sunAt(1'793'707'200 + 21'600).longitude - sunAt(1'793'707'200).longitude ==
          Approx(-90).margin(0.1));
}

TEST_CASE("altitude and darkness follow from where the sun stands") {
    const SubsolarPoint june{30, 23.4};
    CHECK(sunAltitudeSine(30, 23.4, june) == Approx(1));
    CHECK(sunAltitudeSine(-150, -23.4, june) == Approx(-1));
    CHECK(sunAltitudeSine(-150, 80, june) > 0); // midnight sun
    CHECK(sunAltitudeSine(30, -80, june) < 0);  // polar night
    CHECK(sunAltitudeSine(120, 0, june) == Approx(0).margin(1e-9));
    CHECK(nightDepth(0.01) == 0);
    CHECK(nightDepth(std::sin(-6 * M_PI / 180)) == Approx(0.5).margin(0.01));
    CHECK(nightDepth(std::sin(-12 * M_PI / 180)) == Approx(1));
    CHECK(nightDepth(-1) == 1);
}

TEST_CASE("the night darkens its side of the picture and nothing beside the world") {
    const MapView view = MapView::home({1200, 560});
    for (const double ratio : {1.0, 2.0}) {
        QImage image((view.size * ratio).toSize(), QImage::Format_RGB32);
        image.setDevicePixelRatio(ratio);
        image.fill(QColor(200, 200, 200));
        const SubsolarPoint sun{0, 10};
        shadeNight(image, view, sun, QColor(0, 0, 0, 100));
        const auto at = [&](double longitude, double latitude) {
            return qRed(
                image.pixel((view.toScreen(equalEarth::forward(longitude, latitude)) * ratio).toPoint()));
        };
        CHECK(at(0, 0) == 200);
        CHECK(at(60, 30) == 200);
        CHECK(at(175, 0) == Approx(200 * (1 - 100 / 255.0)).margin(1));
        CHECK(at(-130, -20) == at(130, -20));
        CHECK(at(-130, -20) < 125);
        CHECK(at(95, 0) < 200); // dusk
        CHECK(at(95, 0) > at(101, 0));
        CHECK(qRed(image.pixel(2, 2)) == 200);
        // Pixel by pixel the rotation stays exact.
        for (double longitude = -175; longitude <= 175; longitude += 14)
            CHECK(at(longitude, -30) ==
                  Approx(200 * (1 - nightDepth(sunAltitudeSine(longitude, -30, sun)) * 100 / 255)).margin(4));
    }
}

TEST_CASE("the night as areas is the night of the picture, dusk in steps") {
    const MapView view = MapView::home({1200, 560});
    const QColor night(0, 0, 0, 120);
    const SubsolarPoint sun = GENERATE(SubsolarPoint{0, 10}, SubsolarPoint{170, -23.4}, SubsolarPoint{-95, 0},
                                       SubsolarPoint{60, 23.4});
    QImage shaded(view.size.toSize(), QImage::Format_RGB32);
    shaded.fill(QColor(200, 200, 200));
    QImage painted = shaded;
    shadeNight(shaded, view, sun, night);
    QPainter painter(&painted);
    paintNight(painter, view, sun, night);
    painter.end();
    for (double longitude = -179; longitude < 180; longitude += 2)
        for (double latitude = -88; latitude <= 88; latitude += 4) {
            const QPoint at = view.toScreen(equalEarth::forward(longitude, latitude)).toPoint();
            if (!painted.rect().contains(at)) continue; // beyond the map's edge
            INFO(longitude << ", " << latitude);
            REQUIRE(std::abs(qRed(shaded.pixel(at)) - qRed(painted.pixel(at))) < 20);
        }
    CHECK(qRed(painted.pixel(2, 2)) == 200);
}
