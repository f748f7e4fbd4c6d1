// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>
#include <QPolygonF>
#include <QString>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace surgescope::widgets {

/// One series: a value per column of the time axis, NaN = gap.
struct ChartLine {
    QString name;
    QColor colour;
    std::vector<float> values;
    bool ghost = false;          // of an earlier launch: dashed, never stacked
    double stroke = 1;           // how many times as thick as a thin line
    bool dashed = false;         // a ghost is anyway
    std::optional<double> limit; // what of a line lies beyond it has the colour of trouble
};

enum class ChartKind { stackedAreas, lines };

/// A stretch without gaps of one series, in shares of the plot: x and y from 0 to 1, y upwards. An area lies
/// between `upper` and `lower`; a line has no `lower`.
struct ChartShape {
    QColor colour;
    bool dashed = false;
    double stroke = 1; // how many times as thick as a thin line
    QPolygonF upper;
    QPolygonF lower;
};

/// Where a value stands on the y axis, 0 at the bottom, 1 at the top; of what lies outside: outside.
using ValueToShare = std::function<double(double)>;

/// What is drawn of these series over `columns` columns. In a stack, areas above a gap rest on those that are
/// known. `beyond`: the colour of what lies beyond a line's limit.
std::vector<ChartShape> shapesOf(ChartKind kind, int columns, const std::vector<ChartLine>& lines,
                                 const ValueToShare& share, const QColor& beyond);

/// Where some areas of a stack have a value and others none, its height is no total: from and to, in shares
/// of the width.
std::vector<std::pair<double, double>> incompleteStretches(int columns, const std::vector<ChartLine>& lines);

/// The largest value to be shown: of the stacked sums, or of the lines, ghosts aside. 0 when there is none.
double largestValue(ChartKind kind, int columns, const std::vector<ChartLine>& lines);
/// The same of the ghosts alone.
double largestGhost(int columns, const std::vector<ChartLine>& lines);

} // namespace surgescope::widgets
