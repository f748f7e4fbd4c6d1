// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/view_request.h"
#include "feeds/state/baseline.h"
#include "feeds/state/fleet_state.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace surgescope::feeds {

/// How ring slots fall into the columns of a view: each column holds `slots` whole slots, so none is counted
/// twice.
struct Columns {
    TimeAxis axis;
    std::chrono::seconds step{1}; // of the ring
    int slots = 1;                // per column
    std::chrono::seconds reach{}; // chooses the ring, alike for all places
};

/// The columns of the request's range, at most `most` of them, in the finest ring that reaches so far back
/// from `settled`. They are aligned to feed time, so that a column keeps its slots while the view moves on.
Columns columnsOf(FeedSecond settled, const ViewRequest& request, int most);

/// NaN where no slot of a column has a value.
std::vector<float> seriesOf(const Rollup& rollup, const Columns& columns, Measure measure);
Series seriesOf(const Rollup& rollup, const Columns& columns);

/// Where the numbers of a selection are kept; null when nothing is known of it.
const Rollup* rollupOf(const FleetState& state, const Selection& selection);

/// What the selection is made of, over these columns: of a region at most `most` PoPs, and the others as one.
std::vector<PartSeries> partsOf(const FleetState& state, const Selection& selection, const Columns& columns,
                                std::size_t most);

HeatGrid heatGrid(const FleetState& state, FeedSecond settled, const ViewRequest& request);
LagGrid lagGrid(const FleetState& state, FeedSecond settled, const ViewRequest& request);

/// The baseline over these columns, shifted so that its T-0 is at `release`.
BaselineFrame baselineOf(const Baseline& baseline, FeedSecond release, FeedSecond settled,
                         const Selection& selection, const Columns& columns);

} // namespace surgescope::feeds
