// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/reduce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <span>

namespace surgescope::feeds {
namespace {

/// What is drawn of each part beside the others.
constexpr std::array kOfParts{Measure::requests_per_second, Measure::egress_bits_per_second};
constexpr float kNoData = std::numeric_limits<float>::quiet_NaN();

FeedSecond roundUp(FeedSecond second, std::chrono::seconds step) {
    const auto s = step.count();
    return feedSecond((unixSeconds(second) + s - 1) / s * s);
}

/// Calls visit(column, point) for each slot of the view that has a point.
template <class Visit> void forEachPoint(const Rollup& rollup, const Columns& columns, Visit visit) {
    const auto& ring = rollup.ringFor(columns.reach);
    for (int column = 0; column < columns.axis.columns; ++column) {
        const auto end = columns.axis.endOf(column);
        for (int slot = 0; slot < columns.slots; ++slot)
            if (const auto point = ring.at(end - slot * columns.step); point && point.hasData())
                visit(static_cast<std::size_t>(column), point);
    }
}

/// Position of a region in FleetState::regions(); of one that nobody knows, that of the unplaced PoPs.
std::size_t regionIndex(const PopCatalogue& catalogue, const std::string& code) {
    const auto& codes = catalogue.regions();
    return static_cast<std::size_t>(std::ranges::find(codes, code) - codes.begin());
}

/// The region that is selected, or the selected PoP's.
std::optional<std::size_t> regionOf(const FleetState& state, const Selection& selection) {
    if (selection.isWorld()) return std::nullopt;
    if (!selection.isPop()) return regionIndex(state.catalogue(), selection.code);
    const auto found = state.places().find(selection.code);
    if (found == state.places().end()) return std::nullopt;
    return found->second->region.value;
}

std::vector<float> emptySeries(const Columns& columns) {
    return std::vector<float>(static_cast<std::size_t>(columns.axis.columns), kNoData);
}

} // namespace

Columns columnsOf(FeedSecond settled, const ViewRequest& request, int most) {
    static const Rollup rings; // their steps are alike everywhere
    const auto end = std::min(request.until.value_or(settled), settled);
    Columns columns;
    columns.reach = settled - end + request.range;
    columns.step = rings.ringFor(columns.reach).step();
    const auto slots = std::max<std::int64_t>(1, request.range / columns.step);
    const auto columnsAllowed = std::max(1, most);
    columns.slots = static_cast<int>((slots + columnsAllowed - 1) / columnsAllowed);
    columns.axis.step = columns.step * columns.slots;
    columns.axis.columns = static_cast<int>((slots + columns.slots - 1) / columns.slots);
    columns.axis.end = roundUp(end, columns.axis.step);
    return columns;
}

std::vector<float> seriesOf(const Rollup& rollup, const Columns& columns, Measure measure) {
    auto series = emptySeries(columns);
    std::vector<int> counts(series.size(), 0);
    const auto reduction = infoOf(measure).reduction;
    forEachPoint(rollup, columns, [&](std::size_t column, const KeptPoint& point) {
        const float value = point[measure];
        if (std::isnan(value)) return;
        float& so = series[column];
        if (counts[column]++ == 0)
            so = value;
        else if (reduction == Reduction::mean)
            so += value;
        else
            so = reduction == Reduction::highest ? std::max(so, value) : std::min(so, value);
    });
    if (reduction == Reduction::mean)
        for (std::size_t i = 0; i < series.size(); ++i)
            if (counts[i] > 1) series[i] /= static_cast<float>(counts[i]);
    return series;
}

Series seriesOf(const Rollup& rollup, const Columns& columns) {
    Series series;
    for (const auto measure : kCharted)
        series[measure] = seriesOf(rollup, columns, measure);
    return series;
}

const Rollup* rollupOf(const FleetState& state, const Selection& selection) {
    switch (selection.scope) {
    case Selection::Scope::world: break;
    case Selection::Scope::region: return &state.regions()[regionIndex(state.catalogue(), selection.code)];
    case Selection::Scope::pop:
        const auto found = state.places().find(selection.code);
        return found == state.places().end() ? nullptr : &found->second->rollup;
    }
    return &state.world();
}

std::vector<PartSeries> partsOf(const FleetState& state, const Selection& selection, const Columns& columns,
                                std::size_t most) {
    std::vector<PartSeries> parts;
    const auto add = [&](std::string code, const Rollup& rollup) {
        PartSeries part{std::move(code), {}};
        bool isKnown = !rollup.empty(); // or put back from a recording, without the reports that it is of
        for (const auto measure : kOfParts) {
            part.series[measure] = seriesOf(rollup, columns, measure);
            isKnown =
                isKnown || std::ranges::any_of(part.series[measure], [](float v) { return !std::isnan(v); });
        }
        if (isKnown) parts.push_back(std::move(part));
    };
    if (selection.isWorld()) {
        const auto& codes = state.catalogue().regions();
        for (std::size_t r = 0; r < state.regions().size(); ++r)
            add(r < codes.size() ? codes[r] : "unplaced", state.regions()[r]);
        return parts;
    }
    if (selection.isPop()) {
        if (const auto* rollup = rollupOf(state, selection)) add(selection.code, *rollup);
        return parts;
    }
    const auto region = regionIndex(state.catalogue(), selection.code);
    for (const auto& [code, place] : state.places())
        if (place->region.value == region) add(code, place->rollup);
    const auto total = [](const PartSeries& part) {
        double sum = 0;
        for (const float value : part.series[Measure::requests_per_second])
            if (!std::isnan(value)) sum += static_cast<double>(value);
        return sum;
    };
    std::ranges::stable_sort(parts, std::greater{}, total);
    if (parts.size() <= most) return parts;
    PartSeries others{PartSeries::kOthers, {}};
    for (const auto measure : kOfParts)
        others.series[measure] = emptySeries(columns);
    const auto addTo = [](std::vector<float>& sum, const std::vector<float>& values) {
        for (std::size_t i = 0; i < sum.size(); ++i)
            if (!std::isnan(values[i])) sum[i] = std::isnan(sum[i]) ? values[i] : sum[i] + values[i];
    };
    for (const auto& part : std::span(parts).subspan(most - 1))
        for (const auto measure : kOfParts)
            addTo(others.series[measure], part.series[measure]);
    parts.resize(most - 1);
    parts.push_back(std::move(others));
    return parts;
}

HeatGrid heatGrid(const FleetState& state, FeedSecond settled, const ViewRequest& request) {
    HeatGrid heat;
    const auto columns = columnsOf(settled, request, request.heatColumns);
    heat.axis = columns.axis;
    const auto region = regionOf(state, request.selection);

    struct Row {
        const std::string* code;
        float worst;
        std::vector<float> cells;
    };
    std::vector<Row> rows;
    for (const auto& [code, place] : state.places()) {
        if (place->rollup.empty() || (region && place->region.value != *region)) continue;
        Row row{&code, HeatGrid::kNothingPurged, emptySeries(columns)};
        forEachPoint(place->rollup, columns, [&](std::size_t column, const KeptPoint& point) {
            const float known = point[Measure::invalidation_lag_p99_us];
            const float lag = std::isnan(known) ? HeatGrid::kNothingPurged : known;
            row.cells[column] = std::fmax(row.cells[column], lag);
            row.worst = std::max(row.worst, lag);
        });
        if (request.selection.isPop() && code == request.selection.code)
            row.worst = std::numeric_limits<float>::infinity(); // first, whatever it does
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

LagGrid lagGrid(const FleetState& state, FeedSecond settled, const ViewRequest& request) {
    LagGrid lag;
    const auto columns = columnsOf(settled, request, request.heatColumns);
    lag.axis = columns.axis;
    // No PoP keeps its distribution: 400 of them would need hundreds of megabytes.
    if (const auto region = regionOf(state, request.selection)) {
        const auto& codes = state.catalogue().regions();
        lag.of = Selection::region(*region < codes.size() ? codes[*region] : "unplaced");
    }
    lag.share.assign(static_cast<std::size_t>(columns.axis.columns) * LagBins::kCount, kNoData);
    const auto* rollup = rollupOf(state, lag.of);
    const auto& ring = rollup->ringFor(columns.reach);
    for (int column = 0; column < columns.axis.columns; ++column) {
        LagBins sum;
        bool known = false;
        for (int slot = 0; slot < columns.slots; ++slot)
            if (const auto* bins = ring.lagAt(columns.axis.endOf(column) - slot * columns.step)) {
                sum.merge(*bins);
                known = true;
            }
        if (!known) continue;
        double total = 0;
        for (const auto count : sum.counts)
            total += count;
        for (std::size_t bin = 0; bin < LagBins::kCount; ++bin)
            lag.share[static_cast<std::size_t>(column) * LagBins::kCount + bin] =
                total > 0 ? static_cast<float>(sum.counts[bin] / total) : 0.0F;
    }
    return lag;
}

BaselineFrame baselineOf(const Baseline& baseline, FeedSecond release, FeedSecond settled,
                         const Selection& selection, const Columns& columns) {
    BaselineFrame frame{baseline.name, {}, RollupPoint::none()};
    const auto* rollup = rollupOf(baseline.state, selection);
    const auto pointFor = [&](FeedSecond second) {
        return rollup ? rollup->pointAt(baseline.timeOf(second, release)) : KeptPoint();
    };
    if (const auto point = pointFor(settled)) frame.now = point.copy();
    for (auto& values : frame.series.all)
        values = emptySeries(columns);
    for (int column = 0; column < columns.axis.columns; ++column) {
        const auto point = pointFor(columns.axis.endOf(column));
        if (!point) continue;
        const auto at = static_cast<std::size_t>(column);
        for (const auto measure : kCharted)
            frame.series[measure][at] = point[measure];
    }
    return frame;
}

} // namespace surgescope::feeds
