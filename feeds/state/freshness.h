// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

/// How long ago something that should report each second was last heard.
enum class Freshness : std::uint8_t {
    live,   // within 2 s
    late,   // a report is missing
    stale,  // more than 3 s: what is shown is the past
    silent, // more than 30 s
    noData, // never heard, only on the roster
};

/// For tables and statistics: "silent".
constexpr std::string_view wordsFor(Freshness freshness) {
    switch (freshness) {
    case Freshness::live: return "live";
    case Freshness::late: return "late";
    case Freshness::stale: return "stale";
    case Freshness::silent: return "silent";
    case Freshness::noData: break;
    }
    return "no data";
}

inline constexpr double kLateAfterSeconds = 2.0;
inline constexpr double kStaleAfterSeconds = 3.0;
inline constexpr double kSilentAfterSeconds = 30.0;

constexpr Freshness freshnessOfAge(double seconds) {
    if (seconds <= kLateAfterSeconds) return Freshness::live;
    if (seconds <= kStaleAfterSeconds) return Freshness::late;
    return seconds <= kSilentAfterSeconds ? Freshness::stale : Freshness::silent;
}

inline Freshness freshness(std::optional<SteadyTime> lastHeard, SteadyTime now) {
    return lastHeard ? freshnessOfAge(secondsBetween(*lastHeard, now)) : Freshness::noData;
}

} // namespace surgescope::feeds
