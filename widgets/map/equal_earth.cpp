// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/equal_earth.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgescope::widgets::equalEarth {

namespace {

constexpr double kA1 = 1.340264, kA2 = -0.081106, kA3 = 0.000893, kA4 = 0.003796;
constexpr double kRadians = std::numbers::pi / 180;
const double kM = std::sqrt(3.0) / 2;

double northing(double t) {
    const double t2 = t * t, t6 = t2 * t2 * t2;
    return t * (kA1 + kA2 * t2 + t6 * (kA3 + kA4 * t2));
}

double slope(double t) {
    const double t2 = t * t, t6 = t2 * t2 * t2;
    return kA1 + 3 * kA2 * t2 + t6 * (7 * kA3 + 9 * kA4 * t2);
}

} // namespace

QPointF forward(double longitude, double latitude) {
    const double t = std::asin(kM * std::sin(latitude * kRadians));
    return {longitude * kRadians * std::cos(t) / (kM * slope(t)), northing(t)};
}

QPointF inverse(QPointF world) {
    const double y = std::clamp(world.y(), -kHalfHeight, kHalfHeight);
    double t = y;
    for (int i = 0; i < 12; ++i) { // Newton; the northing is monotone, four rounds usually do
        const double step = (northing(t) - y) / slope(t);
        t -= step;
        if (std::abs(step) < 1e-12) break;
    }
    const double latitude = std::asin(std::clamp(std::sin(t) / kM, -1.0, 1.0));
    return {kM * world.x() * slope(t) / std::cos(t) / kRadians, latitude / kRadians};
}

} // namespace surgescope::widgets::equalEarth
