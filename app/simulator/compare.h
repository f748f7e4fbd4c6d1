// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/simulator/launches.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::app {

struct CompareOptions : LaunchOptions {
    std::vector<feeds::sim::Scenario> scenarios;
    feeds::sim::Grouping grouping = feeds::sim::Grouping::world;
    std::string format = "text";     // text, csv or json
    std::uint64_t seriesSeconds = 0; // a row for each so many seconds, as CSV; 0: one figure for all
    /// What would be too much to keep in memory, in words.
    std::optional<std::string> refusal() const;
};

/// Simulates each scenario and its night without a release, and prints what their telemetry said to standard
/// output: a table, of the world or of each region or PoP, or time series. Returns the exit status: 0, or 130
/// when interrupted.
int compare(const CompareOptions& options);

} // namespace surgescope::app
