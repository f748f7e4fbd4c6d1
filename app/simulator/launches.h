// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/launch_measures.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::app {

/// Seconds of all groups and launches together that are kept in memory at most.
constexpr double kMostMeasuredSeconds = 6e6;

/// On what launches are simulated, and for how long.
struct LaunchOptions {
    std::shared_ptr<const feeds::PopCatalogue> catalogue;
    std::uint64_t nodes = 40'000;
    std::uint64_t seed = 1;
    double untilSeconds = 900; // after T-0
};

/// Simulates each scenario, several at a time on all cores, with a line of progress on standard error, and
/// hands over each result, by its position, in the thread that made it: one at a time, in no order. False
/// when somebody pressed Ctrl+C or asked the process to end.
bool runLaunches(const LaunchOptions& options, const std::vector<feeds::sim::Scenario>& launches,
                 feeds::sim::Grouping grouping,
                 const std::function<void(std::size_t, std::vector<feeds::sim::LaunchMeasures>)>& done);

/// The night without a release of each scenario: launches of the same night share one.
struct QuietTwins {
    std::vector<feeds::sim::Scenario> nights;
    std::vector<std::size_t> of; // night of each scenario
    explicit QuietTwins(const std::vector<feeds::sim::Scenario>& launches);
};

/// Three digits are all that a model is worth; whole numbers stay whole, and what did not happen is "-".
std::string shortNumber(const std::optional<double>& value);

} // namespace surgescope::app
