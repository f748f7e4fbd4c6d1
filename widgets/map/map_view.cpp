// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_view.h"

#include "widgets/map/equal_earth.h"

#include <algorithm>

namespace surgescope::widgets {

namespace {

QPointF inWorld(QPointF p) {
    return {std::clamp(p.x(), -equalEarth::kHalfWidth, equalEarth::kHalfWidth),
            std::clamp(p.y(), -equalEarth::kHalfHeight, equalEarth::kHalfHeight)};
}

} // namespace

MapView MapView::home(QSizeF size, double covered) {
    const double south = equalEarth::forward(0, -57).y(), north = equalEarth::forward(0, 85).y();
    const double settled = equalEarth::forward(0, 70).y(); // no PoP is near as far north
    MapView view;
    view.size = size;
    view.covered = covered;
    view.pixelsPerUnit = std::max(
        1.0, std::min({size.width() / (2.03 * equalEarth::kHalfWidth), size.height() / (north - south),
                       (size.height() - covered) / (settled - south)}));
    view.centre = {
        0, std::max((south + north) / 2, settled - (size.height() / 2 - covered) / view.pixelsPerUnit)};
    return view;
}

QRectF MapView::worldRect() const {
    const double w = size.width() / pixelsPerUnit, h = size.height() / pixelsPerUnit;
    return {centre.x() - w / 2, centre.y() - h / 2, w, h};
}

MapView MapView::zoomedAt(QPointF screen, double factor) const {
    const double least = home(size, covered).pixelsPerUnit;
    MapView view = *this;
    view.pixelsPerUnit = std::clamp(pixelsPerUnit * factor, least, least * kMostZoom);
    const QPointF wanted = toWorld(screen), got = view.toWorld(screen);
    view.centre += wanted - got;
    return view;
}

MapView MapView::showing(QPointF world, double zoom) const {
    MapView view = zoomedAt({}, zoom / pixelsPerUnit);
    view.centre = inWorld(world);
    return view;
}

MapView MapView::panned(QPointF pixels) const {
    MapView view = *this;
    view.centre = inWorld(centre + QPointF(-pixels.x(), pixels.y()) / pixelsPerUnit);
    return view;
}

} // namespace surgescope::widgets
