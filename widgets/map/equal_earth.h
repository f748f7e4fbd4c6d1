// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

namespace surgescope::widgets {

/// Equal Earth, an equal-area pseudocylindrical projection: B. Šavrič, T. Patterson, B. Jenny, "The Equal
/// Earth map projection", International Journal of Geographical Information Science 33(3), 2019 (online
/// 2018). World coordinates are those of a sphere of radius 1, y to the north. Discs of one area mean the
/// same everywhere on it because the land beneath them does.
namespace equalEarth {

inline constexpr double kHalfWidth = 2.7066299836960748;  // x of 180° E on the equator
inline constexpr double kHalfHeight = 1.3173627591574133; // y of the north pole

/// Degrees, east and north positive.
QPointF forward(double longitude, double latitude);
/// x() is the longitude, y() the latitude, in degrees. Points outside of the world come out outside of ±180°.
QPointF inverse(QPointF world);

} // namespace equalEarth

} // namespace surgescope::widgets
