// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/state/fleet_state.h"

#include <string>

namespace surgescope::feeds {

/// An earlier launch or a rehearsal, to be laid beneath this one: the points of its charts, and its T-0.
/// Immutable once made, and then shared between threads.
struct Baseline {
    std::string name; // of its scenario, or of its file
    FeedSecond releaseAt{};
    bool underRehearsalsOnly =
        false;        // simulated, and nobody asked for it: it says nothing about a real launch
    FleetState state; // holds points alone

    /// Whether it says something about what is going on.
    bool fits(bool isRehearsal) const { return !underRehearsalsOnly || isRehearsal; }
    /// When it was as far from its T-0 as `second` is from `release`.
    FeedSecond timeOf(FeedSecond second, FeedSecond release) const { return releaseAt + (second - release); }
};

} // namespace surgescope::feeds
