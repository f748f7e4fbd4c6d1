// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>

#include <vector>

namespace surgescope::widgets {

/// What is written where a line or an area ends, instead of a legend.
struct LineEnd {
    QString text;
    QColor colour;
    double y = 0;     // of its middle; wanted, and after spreadEnds() where there is room
    double worth = 0; // who is named when not all can be
    QString name;     // of the series; of a limit none
};

/// Moves names apart so that each has `high` pixels between `top` and `bottom`, as little as it takes and in
/// their order; those worth least are left out where there is no room for all.
std::vector<LineEnd> spreadEnds(std::vector<LineEnd> ends, double top, double bottom, double high);

} // namespace surgescope::widgets
