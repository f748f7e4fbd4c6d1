// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QRectF>

#include <vector>

namespace surgescope::widgets {

/// What of a filled polygon lies in a rectangle, by Sutherland and Hodgman: edges along the rectangle's stand
/// for what lies beyond. For devices that cannot clip, as QSvgGenerator before Qt 6.5.
QPolygonF clippedPolygon(const QPolygonF& polygon, const QRectF& to);

/// The pieces of a line that lie in a rectangle.
std::vector<QPolygonF> clippedLine(const QPolygonF& line, const QRectF& to);

} // namespace surgescope::widgets
