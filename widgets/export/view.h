// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFlags>
#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::widgets {

/// What of the wall can be exported by itself.
enum class View : std::uint8_t {
    map,
    requests,
    egress,
    metadata,
    latency,
    lagByPop,
    lagDistribution,
    hottest, // or what is in its place while a PoP is selected
    tiles,
    wall // all of it
};
inline constexpr std::array kViews{View::map,     View::requests, View::egress,          View::metadata,
                                   View::latency, View::lagByPop, View::lagDistribution, View::hottest,
                                   View::tiles,   View::wall};

/// "lag-by-pop": on the command line and in file names.
const char* viewName(View view);
std::optional<View> viewNamed(std::string_view name);
/// "map, requests, …", for messages.
std::string viewNames();
/// What its numbers are measured in.
QString viewUnit(View view);

enum class ExportFormat : std::uint8_t { png = 1, svg = 2, pdf = 4, csv = 8, clipboard = 16 };
Q_DECLARE_FLAGS(ExportFormats, ExportFormat)
Q_DECLARE_OPERATORS_FOR_FLAGS(ExportFormats)

/// "png" for png; nothing for the clipboard.
const char* fileEnding(ExportFormat format);
/// What a file name ends in, in letters of any size; nothing: in none of these.
std::optional<ExportFormat> formatOf(std::string_view path);

} // namespace surgescope::widgets
