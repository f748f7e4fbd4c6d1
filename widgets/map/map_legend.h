// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/map/map_metric.h"

#include <QPixmap>

class QPainter;

namespace surgescope::widgets {

/// Height of the legend's strip, in pixels at scale 1.
inline constexpr double kLegendHeight = 58;

/// What the legend explains.
struct LegendContent {
    MapMetric metric = MapMetric::saturation;
    DiscSize size = DiscSize::requests;
    double reference = 0; // what the largest disc stands for; 0 leaves the sizes out
    bool operator==(const LegendContent&) const = default;
};

/// The map's legend, a strip to stand below it: the colour scale with its domain and levels, disc sizes, and
/// every mark that is not a plain disc. In a narrow `width` (logical pixels) everything gets smaller.
QPixmap mapLegend(const LegendContent& content, double width, double scale, double devicePixelRatio);

/// The colour scale alone, in a line, and what rings mean: at its right end. Returns where it begins.
double paintColourScale(QPainter& painter, MapMetric metric, const QRectF& line, double scale);

/// The same strip, painted from the painter's origin.
void paintMapLegend(QPainter& painter, const LegendContent& content, double width, double scale);

} // namespace surgescope::widgets
