// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/state/baseline.h"
#include "feeds/state/fleet_state.h"

namespace surgescope::feeds {

/// Whether a baseline is of an edge, or of an audience, so much larger or smaller that its sums and rates say
/// nothing about this one. Of the one built in: of any edge but the one built in. Otherwise by the requests
/// of the world: shortly before the release they differ by the time of day alone, later by the launch as
/// well.
bool isOfAnotherEdge(const Baseline& baseline, const FleetState& state, FeedSecond release,
                     FeedSecond settled);

/// Leaves what means the same on any edge, ratios and times, and marks it so. All else becomes NaN.
void keepComparable(BaselineFrame& frame);

} // namespace surgescope::feeds
