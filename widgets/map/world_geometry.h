// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <QRectF>

#include <memory>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// The countries of the world in Equal Earth coordinates. Immutable once made: shared freely between threads.
struct WorldGeometry {
    using Points = std::vector<QPointF>;

    /// One piece of land, filled by the odd-even rule. A country is one or more.
    struct Polygon {
        std::vector<Points> rings;
        QRectF bounds;
    };
    /// One stretch of coast, or of border between two countries; each is here once, although two polygons
    /// share it.
    struct Line {
        Points points;
        QRectF bounds;
        bool border = false;
    };

    std::vector<Polygon> polygons;
    std::vector<Line> lines;

    std::size_t ringCount() const;
};

/// Decodes a TopoJSON topology with an object "countries". Land that crosses the 180th meridian is cut there
/// and a ring around a pole is led along it. Refuses what it cannot read, saying what was wrong.
feeds::Result<WorldGeometry> parseTopology(std::string_view json);

/// The built-in map (Natural Earth 1:50m), read once; the first call takes some ten milliseconds, so make it
/// on a worker thread.
/// Null only if the program was built with a broken resource.
std::shared_ptr<const WorldGeometry> loadWorld();

} // namespace surgescope::widgets
