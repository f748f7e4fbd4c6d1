// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

namespace surgescope::widgets {

/// Which part of the world a rectangle of the screen shows. World units are those of equal_earth.h (y up),
/// screen units are logical pixels (y down). A value: changing it makes a new one.
struct MapView {
    QSizeF size;
    QPointF centre;
    double pixelsPerUnit = 100;
    double covered = 0; // at the top, by words that lie over the map

    /// The inhabited world, from Tierra del Fuego to Svalbard, as large as fits; where PoPs are nothing of it
    /// is covered.
    static MapView home(QSizeF size, double covered = 0);

    QPointF toScreen(QPointF world) const {
        return {size.width() / 2 + (world.x() - centre.x()) * pixelsPerUnit,
                size.height() / 2 - (world.y() - centre.y()) * pixelsPerUnit};
    }
    QPointF toWorld(QPointF screen) const {
        return {centre.x() + (screen.x() - size.width() / 2) / pixelsPerUnit,
                centre.y() - (screen.y() - size.height() / 2) / pixelsPerUnit};
    }
    /// The part of the world it shows; top() is the southern edge.
    QRectF worldRect() const;

    /// The world under `screen` stays there. Never farther out than home, never closer than kMostZoom times
    /// home.
    MapView zoomedAt(QPointF screen, double factor) const;
    /// That place in the middle at that zoom, within the same limits.
    MapView showing(QPointF world, double zoom) const;
    /// By screen pixels; the centre stays within the world.
    MapView panned(QPointF pixels) const;
    /// The same centre and zoom on a larger rectangle.
    MapView withSize(QSizeF newSize) const { return {newSize, centre, pixelsPerUnit, covered}; }

    bool operator==(const MapView&) const = default;

    static constexpr double kMostZoom = 48;
};

} // namespace surgescope::widgets
