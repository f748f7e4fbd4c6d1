// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"

#include "widgets/map/map_view.h"

#include <QColor>
#include <QImage>

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

} // namespace surgescope::widgets
