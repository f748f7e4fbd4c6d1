// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QImage>

class QPainter;

namespace surgescope::widgets {

/// One pixel per cell, row 0 on top. No data is a dark chequer, "nothing purged" one flat quiet tone, and
/// every lag lies on the scale of heatColour(). A grid whose vector is too short comes out as no data.
/// Stateless.
QImage renderHeat(const feeds::HeatGrid& grid);

/// Such an image over a rectangle, each of its pixels a cell with sharp edges, on whatever device: viewers of
/// vector pictures blur what they enlarge.
void paintCells(QPainter& painter, const QRect& target, const QImage& cells);

/// The chequer's two tones and the flat one; none of them lies on the heat scale.
QRgb heatNoData(int row, int column);
QRgb heatNothingPurged();

} // namespace surgescope::widgets
