// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace/workspace.h"

#include <QFlags>
#include <QSize>
#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::widgets {

/// What of the wall can be exported by itself: every view there is, in the order of kViewNames, and two more.
enum class ExportView : std::uint8_t {
    map,
    requests,
    egress,
    api,
    errors,
    retries,
    metadata,
    latency,
    backlog,
    hits,
    fetches,
    fill,
    invalidations,
    pending,
    bots,
    waf,
    challenges,
    rejected,
    listeners,
    streams,
    churn,
    recommenderSignal,
    recommenderTrend,
    lagByPop,
    lagDistribution,
    hottest, // or what is in its place while a PoP is selected
    health,
    tiles,
    wall // all of it
};
inline constexpr auto kExportViews = [] {
    std::array<ExportView, kViewNames.size() + 2> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<ExportView>(i);
    return all;
}();
static_assert(kExportViews.back() == ExportView::wall);

/// "lag-by-pop": on the command line and in file names.
std::string_view viewName(ExportView view);
std::optional<ExportView> viewNamed(std::string_view name);
/// Null: it is no chart.
const ChartView* chartOf(ExportView view);
/// "map, requests, …", for messages.
std::string viewNames();
/// How large a picture is, in pixels and together with its note, of which nobody says it: large enough for a
/// page, whatever room the view has on a screen.
QSize pictureSize(ExportView view);
/// A curve or heat over time that is drawn as well at any size.
bool isChart(ExportView view);
/// What its numbers are measured in.
QString viewUnit(ExportView view);

enum class ExportFormat : std::uint8_t { png = 1, svg = 2, pdf = 4, csv = 8, clipboard = 16 };
Q_DECLARE_FLAGS(ExportFormats, ExportFormat)
Q_DECLARE_OPERATORS_FOR_FLAGS(ExportFormats)

/// "png" for png; nothing for the clipboard.
const char* fileEnding(ExportFormat format);
/// What a file name ends in, in letters of any size; nothing: in none of these.
std::optional<ExportFormat> formatOf(std::string_view path);

} // namespace surgescope::widgets
