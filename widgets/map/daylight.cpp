// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/daylight.h"

#include "widgets/map/clipping.h"
#include "widgets/map/equal_earth.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kRadian = M_PI / 180;
const double kDarkSine = std::sin(-12 * kRadian); // nautical dusk ends

double turned(double degrees) { // into -180 to 180
    return degrees - 360 * std::round(degrees / 360);
}

} // namespace

SubsolarPoint subsolarPoint(feeds::FeedSecond at) {
    const double days = static_cast<double>(feeds::unixSeconds(at) - 946'728'000) / 86'400; // since J2000.0
    const double anomaly = (357.529 + 0.98560028 * days) * kRadian;
    const double mean = 280.459 + 0.98564736 * days;
    const double ecliptic = (mean + 1.915 * std::sin(anomaly) + 0.020 * std::sin(2 * anomaly)) * kRadian;
    const double obliquity = (23.439 - 0.00000036 * days) * kRadian;
    const double ascension =
        std::atan2(std::cos(obliquity) * std::sin(ecliptic), std::cos(ecliptic)) / kRadian;
    const double equationOfTime = turned(mean - ascension); // degrees; a sundial is ahead by it
    const double sinceNoon = static_cast<double>(feeds::unixSeconds(at) % 86'400) / 240 - 180;
    return {turned(-(sinceNoon + equationOfTime)),
            std::asin(std::sin(obliquity) * std::sin(ecliptic)) / kRadian};
}

double sunAltitudeSine(double longitude, double latitude, const SubsolarPoint& sun) {
    return std::sin(latitude * kRadian) * std::sin(sun.latitude * kRadian) +
           std::cos(latitude * kRadian) * std::cos(sun.latitude * kRadian) *
               std::cos((longitude - sun.longitude) * kRadian);
}

double nightDepth(double altitudeSine) {
    const double t = std::clamp(altitudeSine / kDarkSine, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

void shadeNight(QImage& image, const MapView& view, const SubsolarPoint& sun, const QColor& night) {
    // Share of the night's colour, of 256, by altitude: a root and a power less for each of a million pixels.
    static constexpr int kSteps = 256;
    std::array<unsigned, kSteps + 1> share{};
    for (int i = 0; i <= kSteps; ++i)
        share[static_cast<std::size_t>(i)] =
            static_cast<unsigned>(std::lround(nightDepth(kDarkSine * i / kSteps) * night.alpha()));
    const auto red = static_cast<unsigned>(night.red()), green = static_cast<unsigned>(night.green()),
               blue = static_cast<unsigned>(night.blue());
    const double ratio = image.devicePixelRatio();
    for (int y = 0; y < image.height(); ++y) {
        // A parallel is a straight, evenly divided line on this map: one row has one latitude.
        const double worldY = view.toWorld({0, (y + 0.5) / ratio}).y();
        if (std::abs(worldY) > equalEarth::kHalfHeight) continue;
        const double latitude = equalEarth::inverse({0, worldY}).y();
        const double halfWidth = equalEarth::forward(180, latitude).x();
        const double fixed = std::sin(latitude * kRadian) * std::sin(sun.latitude * kRadian);
        const double swing = std::cos(latitude * kRadian) * std::cos(sun.latitude * kRadian);
        const double left = view.toScreen({-halfWidth, 0}).x() * ratio,
                     right = view.toScreen({halfWidth, 0}).x() * ratio;
        const int from = std::max(0, static_cast<int>(std::ceil(left - 0.5)));
        const int to = std::min(image.width() - 1, static_cast<int>(std::floor(right - 0.5)));
        if (from > to) continue;
        const double step = 2 * M_PI / (right - left);
        const double first = -M_PI + (from + 0.5 - left) * step - sun.longitude * kRadian;
        // The cosine of the hour angle by rotation, pixel by pixel.
        const double turnCos = std::cos(step), turnSin = std::sin(step);
        double c = std::cos(first), s = std::sin(first);
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = from; x <= to; ++x) {
            const double depth = (fixed + swing * c) * (kSteps / kDarkSine);
            if (depth > 0) {
                const unsigned a = share[static_cast<std::size_t>(std::min(depth, double{kSteps}))];
                const QRgb p = line[x];
                const auto mix = [a](int below, unsigned above) {
                    return static_cast<int>((static_cast<unsigned>(below) * (255 - a) + above * a) / 255);
                };
                line[x] = qRgb(mix(qRed(p), red), mix(qGreen(p), green), mix(qBlue(p), blue));
            }
            const double next = c * turnCos - s * turnSin;
            s = s * turnCos + c * turnSin;
            c = next;
        }
    }
}

std::vector<QPolygonF> nightOutlines(const MapView& view, const SubsolarPoint& sun, double altitudeSine) {
    std::vector<QPolygonF> outlines;
    for (const double turn : {-360.0, 0.0, 360.0}) { // what goes on beyond an edge comes in at the other
        const double midnight = sun.longitude + 180 + turn;
        QPolygonF outline;
        std::vector<QPointF> eastern;
        for (double latitude = -90; latitude <= 90; latitude += 0.5) {
            // On a parallel it is dark around midnight, as far as the hour angle's cosine is below a bound.
            const double across = std::cos(latitude * kRadian) * std::cos(sun.latitude * kRadian);
            const double bound =
                (altitudeSine - std::sin(latitude * kRadian) * std::sin(sun.latitude * kRadian)) /
                std::max(across, 1e-9);
            const double half = 180 - std::acos(std::clamp(bound, -1.0, 1.0)) / kRadian;
            const double from = std::max(midnight - half, -180.0), to = std::min(midnight + half, 180.0);
            if (half <= 0 || from >= to) continue;
            outline << view.toScreen(equalEarth::forward(from, latitude));
            eastern.push_back(view.toScreen(equalEarth::forward(to, latitude)));
        }
        for (auto point = eastern.rbegin(); point != eastern.rend(); ++point)
            outline << *point;
        if (outline.size() > 2) outlines.push_back(std::move(outline));
    }
    return outlines;
}

void paintNight(QPainter& painter, const MapView& view, const SubsolarPoint& sun, const QColor& night) {
    constexpr int kSteps = 6;
    QColor step = night; // so many, one over the other, come to the whole
    step.setAlphaF(static_cast<float>(1 - std::pow(1 - night.alphaF(), 1.0 / kSteps)));
    painter.setPen(Qt::NoPen);
    painter.setBrush(step);
    for (int i = 0; i < kSteps; ++i) {
        const double depth = (i + 0.5) / kSteps;
        const double share = 0.5 - std::sin(std::asin(1 - 2 * depth) / 3); // where nightDepth() is that
        for (const QPolygonF& outline : nightOutlines(view, sun, share * kDarkSine)) {
            const QPolygonF seen = clippedPolygon(outline, QRectF(QPointF(), view.size));
            if (seen.size() > 2) painter.drawPolygon(seen);
        }
    }
}

} // namespace surgescope::widgets
