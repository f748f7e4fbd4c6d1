// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace surgescope::feeds {

/// How far a number can be trusted. Each looks different on the screen.
enum class Quality : std::uint8_t {
    measured,    // the nodes on the roster were heard and measure it, or all but kTooFewToShow of them
    partial,     // a sum or quantile over some of the nodes only
    stale,       // the last known value; its source has fallen silent
    notMeasured, // nobody who reports can measure it
    noData,      // nobody has reported yet, or nothing happened that could be measured
};

/// For tables and statistics: "not measured".
constexpr std::string_view wordsFor(Quality quality) {
    switch (quality) {
    case Quality::measured: return "measured";
    case Quality::partial: return "partial";
    case Quality::stale: return "stale";
    case Quality::notMeasured: return "not measured";
    case Quality::noData: break;
    }
    return "no data";
}

/// The share of nodes that may be missing from a number before it counts as partial: numbers are shown with
/// three digits, which so few do not change. In a large fleet somebody is always missing.
inline constexpr double kTooFewToShow = 0.005;

/// A number on its way to the screen. `value` means something only if hasValue().
struct Reading {
    double value = 0;
    Quality quality = Quality::noData;

    bool hasValue() const { return quality <= Quality::stale; }
    bool operator==(const Reading&) const = default;
};

} // namespace surgescope::feeds
