// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/base_map_renderer.h"

#include "widgets/map/clipping.h"
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

/// What of the world can be seen, and how it is drawn.
struct Brush {
    QPainter& painter;
    const MapView& view;
    const Palette& palette;
    double lineWidth;
    double closest;
    QRectF seen = view.worldRect();
    QRectF area{QPointF(), view.size};

    void line(const QPolygonF& points) const {
        for (const QPolygonF& piece : clippedLine(points, area))
            painter.drawPolyline(piece);
    }
};

void paintOcean(const Brush& brush) {
    QPolygonF globe = meridian(brush.view, -180, -90, 90);
    globe << meridian(brush.view, 180, 90, -90);
    brush.painter.setPen(Qt::NoPen);
    brush.painter.setBrush(brush.palette.ocean);
    brush.painter.drawPolygon(clippedPolygon(globe, brush.area));
}

void paintGraticule(const Brush& brush) {
    brush.painter.setPen(QPen(brush.palette.graticule, brush.lineWidth));
    for (int longitude = -180; longitude <= 180; longitude += 30)
        brush.line(meridian(brush.view, longitude, -90, 90));
    for (int latitude = -60; latitude <= 60; latitude += 30)
        brush.line(QPolygonF{brush.view.toScreen(equalEarth::forward(-180, latitude)),
                             brush.view.toScreen(equalEarth::forward(180, latitude))});
}

void paintLand(const Brush& brush, const WorldGeometry& world) {
    brush.painter.setPen(Qt::NoPen);
    brush.painter.setBrush(brush.palette.land);
    for (const WorldGeometry::Polygon& polygon : world.polygons) {
        if (!polygon.bounds.intersects(brush.seen)) continue;
        QPainterPath path;
        path.setFillRule(Qt::OddEvenFill);
        for (const auto& ring : polygon.rings) {
            const auto points =
                clippedPolygon(polygonOf(thinned(ring, brush.view, brush.closest)), brush.area);
            if (points.size() > 2) path.addPolygon(points);
        }
        if (!path.isEmpty()) brush.painter.drawPath(path);
    }
}

void paintLines(const Brush& brush, const WorldGeometry& world) {
    for (const bool border : {true, false}) {
        brush.painter.setPen(QPen(border ? brush.palette.landBorder : brush.palette.coast, brush.lineWidth));
        for (const WorldGeometry::Line& line : world.lines) {
            if (line.border != border || !line.bounds.intersects(brush.seen)) continue;
            const auto points = thinned(line.points, brush.view, brush.closest);
            if (points.size() > 1) brush.line(polygonOf(points));
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
    // Pens wider than one device pixel take the slow path of the rasteriser.
    const double width = std::max(scale / 2, 1.0) / devicePixelRatio;
    paintWorld(painter, world, view, palette, width, kClosest);
    return image;
}

void paintWorld(QPainter& painter, const WorldGeometry& world, const MapView& view, const Palette& palette,
                double lineWidth, double closest) {
    const Brush brush{painter, view, palette, lineWidth, closest};
    paintOcean(brush);
    paintGraticule(brush);
    paintLand(brush, world);
    paintLines(brush, world);
}

} // namespace surgescope::widgets
