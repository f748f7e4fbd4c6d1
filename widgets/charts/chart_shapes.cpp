// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_shapes.h"

#include "widgets/charts/series_runs.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

bool isStacked(ChartKind kind, const ChartLine& line) {
    return kind == ChartKind::stackedAreas && !line.ghost;
}

bool isKnown(const ChartLine& line, int column) {
    const auto at = static_cast<std::size_t>(column);
    return at < line.values.size() && std::isfinite(line.values[at]);
}

double valueAt(const ChartLine& line, int column) {
    return static_cast<double>(line.values[static_cast<std::size_t>(column)]);
}

/// A line in the pieces below and above a level, those above in another colour.
void addDivided(std::vector<ChartShape>& shapes, const ChartShape& whole, double level, const QColor& above) {
    ChartShape piece = whole;
    piece.upper.clear();
    bool isAbove = false;
    const auto finish = [&] {
        piece.colour = isAbove ? above : whole.colour;
        if (piece.upper.size() > 1) shapes.push_back(piece);
        piece.upper.clear();
    };
    for (const QPointF& point : whole.upper) {
        if (!piece.upper.isEmpty() && (point.y() > level) != isAbove) {
            const QPointF last = piece.upper.back();
            const QPointF crossing = last + (point - last) * ((level - last.y()) / (point.y() - last.y()));
            piece.upper.append(crossing);
            finish();
            piece.upper.append(crossing);
        }
        isAbove = point.y() > level;
        piece.upper.append(point);
    }
    finish();
}

} // namespace

std::vector<ChartShape> shapesOf(ChartKind kind, int columns, const std::vector<ChartLine>& lines,
                                 const ValueToShare& share, const QColor& beyond) {
    std::vector<ChartShape> shapes;
    std::vector<double> floor(static_cast<std::size_t>(std::max(0, columns)), 0.0);
    const auto x = [columns](int column) { return (column + 1.0) / columns; }; // a column ends at its time
    for (const ChartLine& line : lines) {
        for (const SeriesRun& run : runsOf(line.values)) {
            ChartShape shape{line.colour, line.ghost || line.dashed, line.stroke, {}, {}};
            for (int column = run.first; column <= run.last && column < columns; ++column) {
                const double value = valueAt(line, column);
                if (!isStacked(kind, line)) {
                    shape.upper.append({x(column), share(value)});
                    continue;
                }
                double& base = floor[static_cast<std::size_t>(column)];
                shape.lower.append({x(column), share(base)});
                base += value;
                shape.upper.append({x(column), share(base)});
            }
            if (shape.upper.size() == 1) { // one point alone would not be seen
                shape.upper.prepend(shape.upper.front() - QPointF(0.5 / columns, 0));
                if (!shape.lower.isEmpty())
                    shape.lower.prepend(shape.lower.front() - QPointF(0.5 / columns, 0));
            }
            if (line.limit && shape.lower.isEmpty())
                addDivided(shapes, shape, share(*line.limit), beyond);
            else if (!shape.upper.isEmpty())
                shapes.push_back(std::move(shape));
        }
    }
    return shapes;
}

std::vector<std::pair<double, double>> incompleteStretches(int columns, const std::vector<ChartLine>& lines) {
    std::vector<std::pair<double, double>> stretches;
    int last = -2;
    for (int column = 0; column < columns; ++column) {
        bool some = false, all = true;
        for (const ChartLine& line : lines) {
            if (line.ghost) continue;
            const bool known = isKnown(line, column);
            some = some || known;
            all = all && known;
        }
        if (!some || all) continue;
        const double from = (column + 0.5) / columns, to = std::min(1.0, (column + 1.5) / columns);
        if (last == column - 1)
            stretches.back().second = to;
        else
            stretches.emplace_back(from, to);
        last = column;
    }
    return stretches;
}

double largestValue(ChartKind kind, int columns, const std::vector<ChartLine>& lines) {
    double largest = 0;
    for (int column = 0; column < columns; ++column) {
        double sum = 0;
        for (const ChartLine& line : lines) {
            if (line.ghost || !isKnown(line, column)) continue;
            const double value = valueAt(line, column);
            if (kind == ChartKind::stackedAreas)
                sum += value;
            else
                largest = std::max(largest, value);
        }
        largest = std::max(largest, sum);
    }
    return largest;
}

double largestGhost(int columns, const std::vector<ChartLine>& lines) {
    double largest = 0;
    for (const ChartLine& line : lines)
        for (int column = 0; line.ghost && column < columns; ++column)
            if (isKnown(line, column)) largest = std::max(largest, valueAt(line, column));
    return largest;
}

} // namespace surgescope::widgets
