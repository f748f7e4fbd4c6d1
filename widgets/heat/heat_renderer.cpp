// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat/heat_renderer.h"

#include "widgets/base/paint_device.h"
#include "widgets/base/palette.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

QRgb heatNoData(int row, int column) {
    return ((row + column) % 2 == 0 ? colours().chequerDeep : colours().chequerHigh).rgb();
}

QRgb heatNothingPurged() {
    return colours().nothingPurged.rgb();
}

QImage renderHeat(const feeds::HeatGrid& grid) {
    const int rows = static_cast<int>(grid.rows.size()), columns = grid.axis.columns;
    if (rows <= 0 || columns <= 0) return {};
    const bool whole = grid.lagUs.size() >= grid.rows.size() * static_cast<std::size_t>(columns);
    QImage image(columns, rows, QImage::Format_RGB32);
    for (int row = 0; row < rows; ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
        for (int column = 0; column < columns; ++column) {
            const double lag = whole ? static_cast<double>(grid.at(row, column)) : std::nan("");
            if (!std::isfinite(lag))
                line[column] = heatNoData(row, column);
            else if (lag < 0)
                line[column] = heatNothingPurged();
            else
                line[column] = heatColour(lag);
        }
    }
    return image;
}

void paintCells(QPainter& painter, const QRect& target, const QImage& cells) {
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (!keepsVectors(painter)) return painter.drawImage(target, cells);
    const int across = (2 * target.width() + cells.width() - 1) / cells.width();
    const int down = (2 * target.height() + cells.height() - 1) / cells.height();
    painter.drawImage(target, cells.scaled(cells.width() * across, cells.height() * down));
}

} // namespace surgescope::widgets
