// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/state/rollup.h"

#include <chrono>
#include <optional>

namespace surgescope::feeds {

inline constexpr std::chrono::seconds kSlopeLookBack{60};
inline constexpr int kSlopeLeastPoints = 20;                    // fewer say nothing about a slope
inline constexpr std::chrono::seconds kFarthestToFull{60 * 60}; // a minute cannot see farther

/// How long until a place is full, that is its mean node at the knee, if its saturation goes on as it did in
/// the last minute: the straight line of least squares through those seconds. Seconds; 0: it is full now.
/// Nothing: it does not rise, or not so far within the hour, or too little is known.
std::optional<double> secondsToFull(const Rollup& rollup, FeedSecond settled);

} // namespace surgescope::feeds
