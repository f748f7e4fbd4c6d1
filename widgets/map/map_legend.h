// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QPixmap>
#include <QStringList>

namespace surgescope::widgets {

/// The map's legend: saturation scale with its levels, disc sizes, and every mark that is not a plain disc.
/// `reference` is what the largest disc stands for, in requests/s; 0 leaves the sizes out.
QPixmap mapLegend(double reference, double scale, double devicePixelRatio);

/// What hovering over a PoP tells, as rich text.
QString popTooltip(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue);

/// What the screen waits for while nothing has been received, one line per endpoint below a heading.
QStringList waitingText(const feeds::FeedHealth& health);

} // namespace surgescope::widgets
