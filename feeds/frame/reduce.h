// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/view_request.h"
#include "feeds/state/fleet_state.h"

#include <chrono>
#include <vector>

namespace surgescope::feeds {

/// How ring slots fall into the columns of a view: each column holds `slots` whole slots, so none is counted
/// twice.
struct Columns {
    TimeAxis axis;
    std::chrono::seconds step{1}; // of the ring
    int slots = 1;                // per column
    std::chrono::seconds range{}; // chooses the ring, alike for all places
};

/// The columns of `range` back from `settled`, at most `most` of them, in the finest ring that reaches so
/// far. They are aligned to feed time, so that a column keeps its slots while the view moves on.
Columns columnsOf(const Rollup& rollup, FeedSecond settled, std::chrono::seconds range, int most);

/// Rates and shares: the mean of a column's slots; NaN where no slot has any.
std::vector<float> meanSeries(const Rollup& rollup, const Columns& columns, float RollupPoint::*field);
/// Quantiles: the worst of a column's slots, for a mean of quantiles would mean nothing.
std::vector<float> worstSeries(const Rollup& rollup, const Columns& columns, float RollupPoint::*field);

/// Invalidation lag by PoP and column, the PoPs with the worst column first.
HeatGrid heatGrid(const FleetState& state, FeedSecond settled, const ViewRequest& request);

} // namespace surgescope::feeds
