// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/base_map_renderer.h"

#include "widgets/map/equal_earth.h"

#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kClosest =
    0.7; // pixels; below that nobody sees a point, and drawing all 60,000 takes 185 ms

QPolygonF polygonOf(const std::vector<QPointF>& points) {
    return QPolygonF(QList<QPointF>(points.begin(), points.end()));
}

QPolygonF meridian(const MapView& view, double longitude, double from, double to) {
    QPolygonF line;
    const int steps = 60;
    for (int i = 0; i <= steps; ++i)
        line << view.toScreen(equalEarth::forward(longitude, from + (to - from) * i / steps));
    return line;
}

void paintOcean(QPainter& painter, const MapView& view, const Palette& p) {
    QPolygonF globe = meridian(view, -180, -90, 90);
    globe << meridian(view, 180, 90, -90);
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.ocean);
    painter.drawPolygon(globe);
}

void paintGraticule(QPainter& painter, const MapView& view, const Palette& p, double width) {
    painter.setPen(QPen(p.graticule, width));
    for (int longitude = -180; longitude <= 180; longitude += 30)
        painter.drawPolyline(meridian(view, longitude, -90, 90));
    for (int latitude = -60; latitude <= 60; latitude += 30)
        painter.drawLine(view.toScreen(equalEarth::forward(-180, latitude)),
                         view.toScreen(equalEarth::forward(180, latitude)));
}

void paintLand(QPainter& painter, const WorldGeometry& world, const MapView& view, const Palette& p,
               const QRectF& seen) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.land);
    for (const WorldGeometry::Polygon& polygon : world.polygons) {
        if (!polygon.bounds.intersects(seen)) continue;
        QPainterPath path;
        path.setFillRule(Qt::OddEvenFill);
        for (const auto& ring : polygon.rings) {
            const auto points = thinned(ring, view, kClosest);
            if (points.size() > 2) path.addPolygon(polygonOf(points));
        }
        painter.drawPath(path);
    }
}

void paintLines(QPainter& painter, const WorldGeometry& world, const MapView& view, const Palette& p,
                const QRectF& seen, double width) {
    for (const bool border : {true, false}) {
        painter.setPen(QPen(border ? p.landBorder : p.coast, width));
        for (const WorldGeometry::Line& line : world.lines) {
            if (line.border != border || !line.bounds.intersects(seen)) continue;
            const auto points = thinned(line.points, view, kClosest);
            if (points.size() > 1) painter.drawPolyline(points.data(), static_cast<int>(points.size()));
        }
    }
}

} // namespace

std::vector<QPointF> thinned(const WorldGeometry::Points& points, const MapView& view, double closest) {
    std::vector<QPointF> kept;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const QPointF at = view.toScreen(points[i]);
        if (i == 0 || (at - kept.back()).manhattanLength() >= closest) kept.push_back(at);
    }
    if (kept.size() < 2) kept.clear();
    return kept;
}

QImage renderBaseMap(const WorldGeometry& world, const MapView& view, const Palette& palette,
                     double devicePixelRatio, double scale) {
    QImage image((view.size * devicePixelRatio).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(devicePixelRatio);
    image.fill(palette.panel);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF seen = view.worldRect();
    // Pens wider than one device pixel take the slow path of the rasteriser.
    const double width = std::max(scale / 2, 1.0) / devicePixelRatio;
    paintOcean(painter, view, palette);
    paintGraticule(painter, view, palette, width);
    paintLand(painter, world, view, palette, seen);
    paintLines(painter, world, view, palette, seen, width);
    return image;
}

} // namespace surgescope::widgets
