// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"

#include "widgets/map/map_view.h"

#include <QColor>
#include <QImage>
#include <QPolygonF>

#include <vector>

class QPainter;

namespace surgescope::widgets {

/// Where the sun stands in the zenith, in degrees; the latitude is its declination.
struct SubsolarPoint {
    double longitude = 0;
    double latitude = 0;
};

/// After the low-precision formulas for the sun's coordinates in The Astronomical Almanac (section C, also
/// aa.usno.navy.mil/faq/sun_approx): within 0.02° from 1950 to 2050. The longitude follows from Universal
/// Time and the equation of time.
SubsolarPoint subsolarPoint(feeds::FeedSecond at);

/// Sine of the sun's altitude above the horizon of a place.
double sunAltitudeSine(double longitude, double latitude, const SubsolarPoint& sun);

/// 0 by day, 1 when the sun is 12° below the horizon or more, smooth through dusk.
double nightDepth(double altitudeSine);

/// Lays `night`, by its alpha, over the dark part of the world in an opaque picture of `view`. Any thread.
void shadeNight(QImage& image, const MapView& view, const SubsolarPoint& sun, const QColor& night);

/// The part of the world where the sun is lower than that, in the pixels of `view`: more than one outline
/// where it goes on beyond the map's edge.
std::vector<QPolygonF> nightOutlines(const MapView& view, const SubsolarPoint& sun, double altitudeSine);

/// The same as shadeNight() as areas, for devices that keep lines as lines: dusk comes in steps.
void paintNight(QPainter& painter, const MapView& view, const SubsolarPoint& sun, const QColor& night);

} // namespace surgescope::widgets
