// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/store_queries.h"
#include "feeds/util/counted.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// The charts of a time that a store holds.
struct Charts {
    /// Of every region and of the world, wide, by time; the places are the same in each. Of what nobody
    /// reported in there are none. World's requests_per_second is the curve of a timeline.
    std::vector<Points> points;
    /// Who wrote PoPs and no regions meanwhile: theirs are not in it.
    std::vector<std::string> withoutRegions;
    /// Series and samples that cannot be used; what is the last one?
    Counted unusable;
    Counted warnings; // of the store's own
};

/// At most so many points; the step is ten seconds for 100 minutes, a minute for ten hours, and as many
/// minutes as it takes beyond.
inline constexpr std::size_t kMostChartPoints = 600;
std::chrono::seconds chartStep(FeedSecond from, FeedSecond to);

/// Reads the charts of (from, to], a point for each `step`, back from the regions that WriteRequests wrote:
/// rates, ratios and quantiles of each step's merged totals, as Rollup makes them. What was announced
/// (listeners) no store knows. Nobody wrote anything of that time: no points and no writers. Waits for the
/// network. An Error: no answer.
Result<Charts> readCharts(const StoreQueries::Options& store, FeedSecond from, FeedSecond to,
                          std::chrono::seconds step);

} // namespace surgescope::feeds
