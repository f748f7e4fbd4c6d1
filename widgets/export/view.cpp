// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/view.h"

#include <algorithm>

namespace surgescope::widgets {

const char* viewName(View view) {
    switch (view) {
    case View::map: return "map";
    case View::requests: return "requests";
    case View::egress: return "egress";
    case View::metadata: return "metadata";
    case View::latency: return "latency";
    case View::lagByPop: return "lag-by-pop";
    case View::lagDistribution: return "lag-distribution";
    case View::hottest: return "hottest";
    case View::tiles: return "tiles";
    case View::wall: break;
    }
    return "wall";
}

std::optional<View> viewNamed(std::string_view name) {
    const auto found = std::ranges::find_if(kViews, [name](View view) { return viewName(view) == name; });
    return found == kViews.end() ? std::nullopt : std::optional(*found);
}

std::string viewNames() {
    std::string names;
    for (const View view : kViews)
        names += (names.empty() ? "" : ", ") + std::string(viewName(view));
    return names;
}

QString viewUnit(View view) {
    switch (view) {
    case View::map:
        return QStringLiteral("disc area: requests/s, colour: mean saturation, 100 % at the knee");
    case View::requests: return QStringLiteral("requests/s");
    case View::egress: return QStringLiteral("bit/s");
    case View::metadata: return QStringLiteral("time to answer, quantiles");
    case View::latency: return QStringLiteral("time, 95th percentile");
    case View::lagByPop: return QStringLiteral("time from purge to applied, 99th percentile");
    case View::lagDistribution:
        return QStringLiteral("share of the invalidations applied, by time from purge to applied");
    case View::hottest:
    case View::tiles:
    case View::wall: break;
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
