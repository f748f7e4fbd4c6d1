// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/frame_csv.h"

#include "widgets/export/csv_writer.h"
#include "widgets/tables/pop_columns.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace surgescope::widgets {

namespace {

using namespace feeds;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr const char* kTime = "time [UTC]";
constexpr std::string_view kNoData = wordsFor(Quality::noData);
constexpr std::string_view kNothingPurged = "nothing purged";

/// All of them, in the table's order.
constexpr auto kReadings = [] {
    std::array<Measure, kMeasureCount> all{};
    for (std::size_t i = 0; i < kMeasureCount; ++i)
        all[i] = static_cast<Measure>(i);
    return all;
}();

/// "2026-11-23T05:12:34Z"
std::string isoText(FeedSecond second) {
    auto text = utcText(second);
    text[10] = 'T';
    return text + "Z";
}

std::string named(std::string_view name, std::string_view unit) {
    return std::string(name) + " [" + std::string(unit) + "]";
}

double valueOf(const Reading& reading) {
    return reading.hasValue() ? reading.value : std::numeric_limits<double>::quiet_NaN();
}

// ---- charts

/// What a table is made from.
struct From {
    const Frame& frame;
    const PopCatalogue& catalogue;
};

/// A column over the frame's chart axis.
using Column = std::pair<std::string, const std::vector<float>*>;

std::string selectionName(const Selection& selection, const PopCatalogue& catalogue) {
    if (selection.isWorld()) return "world";
    return selection.isPop() ? selection.code : std::string(catalogue.regionName(selection.code));
}

std::string partName(const Frame& frame, const PartSeries& part, const PopCatalogue& catalogue) {
    return frame.selection.isWorld() ? std::string(catalogue.regionName(part.code)) : part.code;
}

/// "requests world [1/s]"
std::string named(Measure measure, const std::string& of) {
    const auto& info = infoOf(measure);
    return named(std::string(info.words) + ' ' + of, symbolOf(info.unit));
}

void addParts(std::vector<Column>& columns, const From& from, Measure measure) {
    for (const PartSeries& part : from.frame.parts)
        columns.emplace_back(named(measure, partName(from.frame, part, from.catalogue)),
                             &part.series[measure]);
}

void addSeries(std::vector<Column>& columns, const From& from, Measure measure) {
    columns.emplace_back(named(measure, selectionName(from.frame.selection, from.catalogue)),
                         &from.frame.series[measure]);
    if (from.frame.baseline)
        columns.emplace_back(named(measure, "baseline " + from.frame.baseline->name),
                             &from.frame.baseline->series[measure]);
}

void addChart(std::vector<Column>& columns, const From& from, const ChartView& chart) {
    if (chart.kind == ChartKind::stackedAreas) addParts(columns, from, chart.drawn[0].measure);
    for (std::size_t i = 0; i < chart.lines(); ++i)
        addSeries(columns, from, chart.drawn[i].measure);
}

void addAll(std::vector<Column>& columns, const From& from) {
    for (const ChartView& chart : kChartViews)
        if (chart.kind == ChartKind::stackedAreas) addParts(columns, from, chart.drawn[0].measure);
    for (const auto measure : feeds::kCharted)
        if (measure != Measure::coverage) addSeries(columns, from, measure);
}

std::string chartCsv(const Frame& frame, std::vector<Column> columns) {
    const auto& coverage = infoOf(Measure::coverage);
    columns.emplace_back(named(coverage.words, symbolOf(coverage.unit)), &frame.series[Measure::coverage]);
    CsvWriter csv;
    csv.cell(kTime);
    for (const auto& [name, values] : columns)
        csv.cell(name);
    csv.endLine();
    for (int i = 0; i < frame.chartAxis.columns; ++i) {
        csv.cell(isoText(frame.chartAxis.endOf(i)));
        const auto at = static_cast<std::size_t>(i);
        for (const auto& [name, values] : columns)
            csv.cell(at < values->size() ? (*values)[at] : kNone);
        csv.endLine();
    }
    return csv.take();
}

// ---- heatmaps

std::string heatCsv(const HeatGrid& grid) {
    CsvWriter csv;
    csv.cell(kTime).cell("PoP").cell(named("invalidation lag p99", "us")).cell("state").endLine();
    const auto cells = grid.rows.size() * static_cast<std::size_t>(std::max(0, grid.axis.columns));
    if (grid.lagUs.size() < cells) return csv.take();
    for (int column = 0; column < grid.axis.columns; ++column)
        for (std::size_t row = 0; row < grid.rows.size(); ++row) {
            const float lag = grid.at(static_cast<int>(row), column);
            const bool purged = std::isfinite(lag) && lag >= 0;
            csv.cell(isoText(grid.axis.endOf(column))).cell(grid.rows[row]).cell(purged ? lag : kNone);
            csv.cell(purged ? wordsFor(Quality::measured) : std::isfinite(lag) ? kNothingPurged : kNoData);
            csv.endLine();
        }
    return csv.take();
}

std::string lagCsv(const LagGrid& grid) {
    CsvWriter csv;
    csv.cell(kTime).cell(named("lag above", "us")).cell(named("lag up to", "us"));
    csv.cell(named("share", "ratio")).cell("state").endLine();
    const auto cells = LagBins::kCount * static_cast<std::size_t>(std::max(0, grid.axis.columns));
    if (grid.share.size() < cells) return csv.take();
    for (int column = 0; column < grid.axis.columns; ++column) {
        bool known = false, applied = false;
        for (std::size_t bin = 0; bin < LagBins::kCount; ++bin) {
            known = known || std::isfinite(grid.at(column, bin));
            applied = applied || grid.at(column, bin) > 0;
        }
        const std::string_view state = applied ? wordsFor(Quality::measured)
                                       : known ? kNothingPurged
                                               : kNoData;
        for (std::size_t bin = 0; bin < LagBins::kCount; ++bin) {
            // The first bin counts also what is below, the last what is above.
            csv.cell(isoText(grid.axis.endOf(column)));
            csv.cell(bin == 0 ? 0 : LagBins::upperBoundUs(bin - 1));
            csv.cell(bin + 1 == LagBins::kCount ? std::numeric_limits<double>::infinity()
                                                : LagBins::upperBoundUs(bin));
            csv.cell(applied ? grid.at(column, bin) : kNone).cell(state);
            csv.endLine();
        }
    }
    return csv.take();
}

// ---- readings

void writePop(CsvWriter& csv, const Frame& frame, const PopFrame& pop, const PopCatalogue& catalogue) {
    const bool known = pop.place && pop.place->value < catalogue.size();
    csv.cell(frame.settled ? isoText(*frame.settled) : std::string()).cell(pop.code);
    csv.cell(known ? catalogue[*pop.place].city : std::string());
    csv.cell(known ? catalogue[*pop.place].country : std::string());
    csv.cell(catalogue.regionName(pop.region));
    csv.cell(known ? catalogue[*pop.place].latitude : static_cast<double>(kNone));
    csv.cell(known ? catalogue[*pop.place].longitude : static_cast<double>(kNone));
    csv.cell(wordsFor(pop.freshness));
    csv.cell(pop.freshness == Freshness::noData ? static_cast<double>(kNone) : pop.ageSeconds);
    csv.cell(pop.secondsToFull.value_or(static_cast<double>(kNone)));
    csv.cell(pop.summary.nodesHeard).cell(pop.summary.nodesExpected);
    for (const auto measure : kReadings) {
        const Reading& reading = pop.summary[measure];
        csv.cell(valueOf(reading)).cell(wordsFor(reading.quality));
    }
    csv.endLine();
}

std::string popsCsv(const Frame& frame, const PopCatalogue& catalogue, bool hottestFirst) {
    CsvWriter csv;
    for (const char* name :
         {kTime, "PoP", "city", "country", "region", "latitude [deg]", "longitude [deg]", "freshness",
          "age [s]", "full in [s]", "nodes heard [nodes]", "nodes expected [nodes]"})
        csv.cell(name);
    for (const auto measure : kReadings) {
        const auto& info = infoOf(measure);
        csv.cell(named(info.words, symbolOf(info.unit))).cell(std::string(info.words) + " quality");
    }
    csv.endLine();
    if (hottestFirst)
        for (const std::size_t pop : sortedPops(frame, catalogue, PopSort{}))
            writePop(csv, frame, frame.pops[pop], catalogue);
    else
        for (const PopFrame& pop : frame.pops)
            writePop(csv, frame, pop, catalogue);
    return csv.take();
}

std::string tilesCsv(const Frame& frame, const PopCatalogue& catalogue) {
    CsvWriter csv;
    csv.cell(kTime).cell("of").cell("reading").cell("unit").cell("value").cell("quality").endLine();
    const auto line = [&](std::string_view name, std::string_view unit, const Reading& reading) {
        csv.cell(frame.settled ? isoText(*frame.settled) : std::string());
        csv.cell(selectionName(frame.selection, catalogue)).cell(name).cell(unit);
        csv.cell(valueOf(reading)).cell(wordsFor(reading.quality)).endLine();
    };
    const auto measured = [](auto value) { return Reading{static_cast<double>(value), Quality::measured}; };
    for (const auto measure : kReadings)
        line(infoOf(measure).words, symbolOf(infoOf(measure).unit), frame.summary[measure]);
    line("listeners", "people", frame.world[Measure::listeners]);
    line("listeners record", "people", frame.listenersRecord ? measured(*frame.listenersRecord) : Reading{});
    line("nodes heard", "nodes", frame.settled ? measured(frame.summary.nodesHeard) : Reading{});
    line("nodes expected", "nodes",
         frame.summary.nodesExpected > 0 ? measured(frame.summary.nodesExpected) : Reading{});
    return csv.take();
}

std::string healthCsv(const Frame& frame) {
    const FeedHealth& health = frame.health;
    CsvWriter csv;
    csv.cell(kTime).cell("reading").cell("unit").cell("value").endLine();
    const auto line = [&](const std::string& name, const char* unit, auto value) {
        csv.cell(frame.settled ? isoText(*frame.settled) : std::string());
        csv.cell(name).cell(unit).cell(value).endLine();
    };
    line("newest report", "s ago", health.newestAgeSeconds.value_or(static_cast<double>(kNone)));
    line("nodes heard", "nodes", health.nodesHeard);
    if (health.nodesExpected > 0) line("nodes expected", "nodes", health.nodesExpected);
    line("messages", "1/s", health.reportsPerSecond);
    line("bytes", "bytes/s", health.bytesPerSecond);
    line("feed thread", "cores", health.feedThreadLoad);
    line("lost, by sequence", "messages", health.lost);
    line("lost below relays", "messages", health.lostBelow);
    line("received twice", "messages", health.duplicates);
    line("out of order", "messages", health.reordered);
    line("publishers restarted", "restarts", health.restarts);
    for (const EndpointStatus& endpoint : health.endpoints) {
        line((endpoint.binds ? "bound to " : "connected to ") + endpoint.name, "peers", endpoint.peers);
        for (const Counted& trouble : endpoint.troubles)
            line(trouble.what, "connections", trouble.count);
    }
    for (const RefusalCount& refused : health.refused)
        line("refused: " + refused.reason, "messages", refused.count);
    return csv.take();
}

} // namespace

std::string csvOf(ExportView view, const Frame& frame, const PopCatalogue& catalogue) {
    std::vector<Column> columns;
    const From from{frame, catalogue};
    if (const ChartView* chart = chartOf(view)) {
        addChart(columns, from, *chart);
        return chartCsv(frame, std::move(columns));
    }
    switch (view) {
    case ExportView::map: return popsCsv(frame, catalogue, false);
    case ExportView::hottest: return popsCsv(frame, catalogue, true);
    case ExportView::lagByPop: return heatCsv(frame.heat);
    case ExportView::lagDistribution: return lagCsv(frame.lag);
    case ExportView::health: return healthCsv(frame);
    case ExportView::tiles: return tilesCsv(frame, catalogue);
    default: break;
    }
    addAll(columns, from);
    return chartCsv(frame, std::move(columns));
}

} // namespace surgescope::widgets
