// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/view.h"

#include <algorithm>

namespace surgescope::widgets {

std::string_view viewName(ExportView view) {
    const auto position = static_cast<std::size_t>(view);
    if (position < kViewNames.size()) return kViewNames[position].name;
    return view == ExportView::tiles ? "tiles" : "wall";
}

std::optional<ExportView> viewNamed(std::string_view name) {
    const auto found = std::ranges::find(kExportViews, name, viewName);
    return found == kExportViews.end() ? std::nullopt : std::optional(*found);
}

const ChartView* chartOf(ExportView view) {
    const auto chart = chartNamed(viewName(view));
    return chart ? &kChartViews[*chart] : nullptr;
}

std::string viewNames() {
    std::string names;
    for (const ExportView view : kExportViews)
        names += (names.empty() ? "" : ", ") + std::string(viewName(view));
    return names;
}

QSize pictureSize(ExportView view) {
    if (view == ExportView::wall) return {1920, 1080};
    if (view == ExportView::tiles) return {1600, 150};
    return {1600, 900};
}

bool isChart(ExportView view) {
    return chartOf(view) || view == ExportView::lagDistribution;
}

QString viewUnit(ExportView view) {
    if (const ChartView* chart = chartOf(view)) return QString::fromUtf16(chart->unit);
    switch (view) {
    case ExportView::map:
        return QStringLiteral(
            "disc area: requests/s, colour: saturation, 100 % where answers begin to suffer");
    case ExportView::lagByPop: return QStringLiteral("time from purge to applied, 99th percentile");
    case ExportView::lagDistribution:
        return QStringLiteral("share of the invalidations applied, by time from purge to applied");
    default: break;
    }
    return {}; // they name one beside each number
}

const char* fileEnding(ExportFormat format) {
    switch (format) {
    case ExportFormat::png: return "png";
    case ExportFormat::svg: return "svg";
    case ExportFormat::pdf: return "pdf";
    case ExportFormat::csv: return "csv";
    case ExportFormat::clipboard: break;
    }
    return "";
}

std::optional<ExportFormat> formatOf(std::string_view path) {
    const auto dot = path.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto ending =
        QString::fromUtf8(path.data() + dot + 1, static_cast<qsizetype>(path.size() - dot - 1));
    for (const auto format : {ExportFormat::png, ExportFormat::svg, ExportFormat::pdf, ExportFormat::csv})
        if (ending.compare(QLatin1String(fileEnding(format)), Qt::CaseInsensitive) == 0) return format;
    return std::nullopt;
}

} // namespace surgescope::widgets
