// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace surgescope::feeds {
namespace {

constexpr float kNoData = std::numeric_limits<float>::quiet_NaN();

FeedSecond roundUp(FeedSecond second, std::chrono::seconds step) {
    const auto s = step.count();
    return feedSecond((unixSeconds(second) + s - 1) / s * s);
}

/// Calls visit(column, point) for each slot of the view that has a point.
template <class Visit> void forEachPoint(const Rollup& rollup, const Columns& columns, Visit visit) {
    const auto& ring = rollup.ringFor(columns.range);
    for (int column = 0; column < columns.axis.columns; ++column) {
        const auto end = columns.axis.endOf(column);
        for (int slot = 0; slot < columns.slots; ++slot)
            if (const auto* point = ring.at(end - slot * columns.step); point && point->hasData())
                visit(static_cast<std::size_t>(column), *point);
    }
}

std::vector<float> emptySeries(const Columns& columns) {
    return std::vector<float>(static_cast<std::size_t>(columns.axis.columns), kNoData);
}

} // namespace

Columns columnsOf(const Rollup& rollup, FeedSecond settled, std::chrono::seconds range, int most) {
    Columns columns;
    columns.range = range;
    columns.step = rollup.ringFor(range).step();
    const auto slots = std::max<std::int64_t>(1, range / columns.step);
    const auto columnsAllowed = std::max(1, most);
    columns.slots = static_cast<int>((slots + columnsAllowed - 1) / columnsAllowed);
    columns.axis.step = columns.step * columns.slots;
    columns.axis.columns = static_cast<int>((slots + columns.slots - 1) / columns.slots);
    columns.axis.end = roundUp(settled, columns.axis.step);
    return columns;
}

std::vector<float> meanSeries(const Rollup& rollup, const Columns& columns, float RollupPoint::*field) {
    auto series = emptySeries(columns);
    std::vector<int> counts(series.size(), 0);
    forEachPoint(rollup, columns, [&](std::size_t column, const RollupPoint& point) {
        const float value = point.*field;
        if (std::isnan(value)) return;
        series[column] = counts[column]++ == 0 ? value : series[column] + value;
    });
    for (std::size_t i = 0; i < series.size(); ++i)
        if (counts[i] > 1) series[i] /= static_cast<float>(counts[i]);
    return series;
}

std::vector<float> worstSeries(const Rollup& rollup, const Columns& columns, float RollupPoint::*field) {
    auto series = emptySeries(columns);
    forEachPoint(rollup, columns, [&](std::size_t column, const RollupPoint& point) {
        series[column] = std::fmax(series[column], point.*field); // fmax passes over NaN
    });
    return series;
}

HeatGrid heatGrid(const FleetState& state, FeedSecond settled, const ViewRequest& request) {
    HeatGrid heat;
    const auto columns = columnsOf(state.world(), settled, request.range, request.heatColumns);
    heat.axis = columns.axis;

    struct Row {
        const std::string* code;
        float worst;
        std::vector<float> cells;
    };
    std::vector<Row> rows;
    for (const auto& [code, place] : state.places()) {
        if (place->rollup.empty()) continue;
        Row row{&code, HeatGrid::kNothingPurged, emptySeries(columns)};
        forEachPoint(place->rollup, columns, [&](std::size_t column, const RollupPoint& point) {
            const float lag = std::isnan(point.lagP99Us) ? HeatGrid::kNothingPurged : point.lagP99Us;
            row.cells[column] = std::fmax(row.cells[column], lag);
            row.worst = std::max(row.worst, lag);
        });
        rows.push_back(std::move(row));
    }
    const auto shown = std::min(rows.size(), static_cast<std::size_t>(std::max(0, request.heatRows)));
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                      [](const Row& a, const Row& b) {
                          return a.worst != b.worst ? a.worst > b.worst : *a.code < *b.code;
                      });
    for (const auto& row : std::span(rows).first(shown)) {
        heat.rows.push_back(*row.code);
        heat.lagUs.insert(heat.lagUs.end(), row.cells.begin(), row.cells.end());
    }
    return heat;
}

} // namespace surgescope::feeds
