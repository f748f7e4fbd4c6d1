// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/measure.h"
#include "feeds/model/pop_totals.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace surgescope::feeds {

/// What is known of a PoP, a region or the world in one settled second.
struct ObservedPlace {
    std::string_view code;             // "FRA", "EU"; of the world: empty
    std::string_view name;             // as people read it: "Europe"; empty: its code
    std::string_view region;           // of a PoP, the code of its region; of others: empty
    const PopTotals* totals = nullptr; // of this second alone; null: nothing was reported
    double nodesExpected = 0;          // 0: nobody knows
    /// Since one of its nodes was last heard, by the steady clock; nothing: never. Of PoPs only.
    std::optional<double> ageSeconds;
};

struct ObservedPublisher {
    std::string_view name;
    std::optional<double> offsetSeconds; // how far its clock is off, either way; nothing: not known
};

/// The input of one settled second. A view: whoever fills it owns what it shows, for as long as
/// Alarms::judge() takes.
struct ObservedSecond {
    FeedSecond second{};
    std::optional<FeedSecond> releaseAt; // T-0
    ObservedPlace world;
    std::span<const ObservedPlace> regions;
    std::span<const ObservedPlace> pops; // heard or expected, always in the same order where that is easy
    std::span<const ObservedPublisher> publishers;
    double feedAgeSeconds = 0; // since anything was received, by the steady clock
    /// Messages the recorder has dropped since it began; nothing: nothing is recorded.
    std::optional<std::uint64_t> recorderDropped;
    /// The earlier launch at the same time before or after T-0, in the measure's unit, of a region by its
    /// code or of the world (""). Empty, or gives nothing: there is none.
    std::function<std::optional<double>(Measure, std::string_view region)> baseline;
};

} // namespace surgescope::feeds
