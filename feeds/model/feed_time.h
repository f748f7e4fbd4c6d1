// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace surgescope::feeds {

/// Orders data: the second whose end a publisher reports, in Unix time.
using FeedSecond = std::chrono::sys_seconds;

inline std::int64_t unixSeconds(FeedSecond second) {
    return second.time_since_epoch().count();
}
inline FeedSecond feedSecond(std::int64_t unixTime) {
    return FeedSecond(std::chrono::seconds(unixTime));
}

/// "2026-11-23 05:12:34" in UTC.
std::string utcText(FeedSecond second);

} // namespace surgescope::feeds
