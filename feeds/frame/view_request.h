// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/selection.h"
#include "feeds/model/feed_time.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace surgescope::feeds {

/// What the screen can show. The feed thread reduces to it, so that a frame never holds more than there are
/// pixels.
struct ViewRequest {
    std::chrono::seconds range = std::chrono::minutes(15); // of time in charts and heatmaps
    std::optional<FeedSecond> until;                       // where it ends; nothing: now, and it moves on
    int chartColumns = 300;                                // points a chart series may have at most
    int heatColumns = 300;                                 // cells across the heatmap at most
    int heatRows = 24;                                     // PoPs in the heatmap at most, worst first
    Selection selection; // what numbers, charts and heatmaps are of; a PoP's node columns, too
    std::optional<FeedSecond> releaseAt; // T-0 set by hand; nothing: as the feed says
    bool operator==(const ViewRequest&) const = default;
};

} // namespace surgescope::feeds
