// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QPixmap>
#include <QStringList>

class QPainter;

namespace surgescope::widgets {

/// Height of the legend's strip, in pixels at scale 1.
inline constexpr double kLegendHeight = 58;

/// The map's legend, a strip to stand below it: saturation scale with its levels, disc sizes, and every mark
/// that is not a plain disc. `reference` is what the largest disc stands for, in requests/s; 0 leaves the
/// sizes out. In a narrow `width` (logical pixels) everything gets smaller.
QPixmap mapLegend(double reference, double width, double scale, double devicePixelRatio);

/// The same strip, painted from the painter's origin, on what is there already.
void paintMapLegend(QPainter& painter, double reference, double width, double scale);

/// What hovering over a PoP tells, as rich text.
QString popTooltip(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue);

/// What the screen waits for while nothing has been received, one line per endpoint below a heading.
QStringList waitingText(const feeds::FeedHealth& health);

} // namespace surgescope::widgets
