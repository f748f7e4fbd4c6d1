// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_views.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace surgescope::widgets {

namespace {

QString text(std::string_view from) {
    return QString::fromUtf8(from.data(), static_cast<qsizetype>(from.size()));
}

void addGhost(std::vector<ChartLine>& lines, const feeds::Frame& frame, Measure measure,
              const QString& suffix = {}) {
    if (!frame.baseline) return;
    const auto& values = frame.baseline->series[measure];
    const bool known = std::ranges::any_of(values, [](float value) { return std::isfinite(value); });
    if (!known) return; // as of a PoP that the baseline does not tell apart
    lines.push_back({text(frame.baseline->name) + suffix, colours().text, values, true});
}

std::vector<ChartLine> partLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue,
                                 Measure measure) {
    std::vector<ChartLine> lines;
    const auto& codes = catalogue.regions();
    for (std::size_t i = 0; i < frame.parts.size(); ++i) {
        const feeds::PartSeries& part = frame.parts[i];
        const auto found = std::ranges::find(codes, part.code);
        const auto region =
            found == codes.end() ? kNoRegion : static_cast<std::size_t>(found - codes.begin());
        const bool regions = frame.selection.isWorld();
        lines.push_back({text(regions ? catalogue.regionName(part.code) : std::string_view(part.code)),
                         regionColour(regions || part.code == feeds::PartSeries::kOthers ? region : i),
                         part.series[measure]});
    }
    return lines;
}

/// Behind a chart's title: what it is of, and for a stack what lies in it.
QString ofSelection(const feeds::Selection& selection, const feeds::PopCatalogue& catalogue, bool stacked) {
    using Scope = feeds::Selection::Scope;
    switch (selection.scope) {
    case Scope::world: return stacked ? QStringLiteral(" by region") : QString();
    case Scope::region:
        return (stacked ? QStringLiteral(" by PoP, ") : QStringLiteral(", ")) +
               text(catalogue.regionName(selection.code));
    case Scope::pop: return QStringLiteral(", ") + text(selection.code);
    }
    return {};
}

QColor colourOf(LineLook look) {
    switch (look) {
    case LineLook::second: return regionColour(3);
    case LineLook::third: return regionColour(6);
    case LineLook::fourth: return regionColour(1);
    case LineLook::first:
    case LineLook::none:
    case LineLook::thin:
    case LineLook::strong:
    case LineLook::dashed: break;
    }
    return colours().series;
}

} // namespace

std::vector<ChartLine> linesOf(const ChartView& chart, const feeds::Frame& frame,
                               const feeds::PopCatalogue& catalogue) {
    std::vector<ChartLine> lines;
    const bool stacked = chart.kind == ChartKind::stackedAreas;
    if (stacked) lines = partLines(frame, catalogue, chart.drawn[0].measure);
    for (std::size_t i = 0; i < chart.lines() && !stacked; ++i) {
        const auto& [measure, name, look] = chart.drawn[i];
        const bool isStrong = look == LineLook::strong;
        lines.push_back({.name = QString::fromUtf16(name),
                         .colour = colourOf(look),
                         .values = frame.series[measure],
                         .stroke = look == LineLook::thin || look == LineLook::dashed ? 1.0 : 2.0,
                         .dashed = look == LineLook::dashed,
                         .limit = isStrong ? chart.limit : std::nullopt});
    }
    // Where there are several, whose earlier launch it is.
    const auto drawn = std::ranges::find_if(
        chart.drawn, [&](const DrawnMeasure& one) { return chart.beneath == one.measure; });
    if (chart.beneath && drawn != chart.drawn.end())
        addGhost(lines, frame, *chart.beneath,
                 chart.lines() > 1 ? u' ' + QString::fromUtf16(drawn->name) : QString());
    return lines;
}

QString titleOf(const ChartView& chart, const feeds::Frame& frame, const feeds::PopCatalogue& catalogue) {
    auto title = QString::fromUtf16(chart.title);
    if (!chart.isAnnounced)
        title += ofSelection(frame.selection, catalogue, chart.kind == ChartKind::stackedAreas);
    else if (!frame.selection.isWorld())
        title += QStringLiteral(", world");
    if (chart.isModelled && !frame.scenario.empty()) title += QStringLiteral(", simulated truth");
    return title;
}

QString absenceOf(const ChartView& chart, const feeds::Frame& frame) {
    const auto& of = chart.isAnnounced ? frame.world : frame.summary;
    bool isMeasured = false;
    bool isKept = false;
    for (std::size_t i = 0; i < chart.lines(); ++i) {
        const auto measure = chart.drawn[i].measure;
        isMeasured = isMeasured || of[measure].quality != feeds::Quality::notMeasured;
        isKept = isKept || feeds::isChartedEverywhere(measure);
    }
    if (!frame.settled) return QStringLiteral("no data yet");
    if (!isMeasured)
        return chart.isAnnounced ? QStringLiteral("nobody tells it") : QStringLiteral("not measured");
    if (chart.isAnnounced && !frame.selection.isWorld())
        return QStringLiteral("told of the world alone: Esc shows it");
    if (frame.selection.isPop() && !isKept)
        return QStringLiteral("its course is kept of regions and the world, not of one PoP");
    return QStringLiteral("no data yet");
}

} // namespace surgescope::widgets
