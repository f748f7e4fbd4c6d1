// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/base/palette.h"
#include "widgets/map/map_view.h"
#include "widgets/map/world_geometry.h"

#include <QImage>

class QPainter;

namespace surgescope::widgets {

/// Draws ocean, graticule, land and borders, antialiased and opaque. Stateless, runs on any thread.
/// `devicePixelRatio` makes the image finer, `scale` (window height / 1080) makes its lines thicker.
QImage renderBaseMap(const WorldGeometry& world, const MapView& view, const Palette& palette,
                     double devicePixelRatio, double scale);

/// The same onto a painter, without a ground: for devices that keep lines as lines, and for pictures finer
/// than the screen. `lineWidth` in the painter's units; points closer than `closest` to each other are left
/// out.
void paintWorld(QPainter& painter, const WorldGeometry& world, const MapView& view, const Palette& palette,
                double lineWidth, double closest);

/// Points of a ring on the screen, without those closer than `closest` pixels to the one kept before. A ring
/// too small to be seen comes out empty.
std::vector<QPointF> thinned(const WorldGeometry::Points& points, const MapView& view, double closest);

} // namespace surgescope::widgets
