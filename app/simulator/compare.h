// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::app {

struct CompareOptions {
    std::vector<feeds::sim::Scenario> scenarios;
    std::uint64_t nodes = 40'000;
    std::uint64_t seed = 1;
    double untilSeconds = 900;   // after T-0
    std::string format = "text"; // text, csv or json
    std::shared_ptr<const feeds::PopCatalogue> catalogue;
};

/// Simulates each scenario and its night without a release, and prints one table of what their telemetry said
/// to standard output. Returns the exit status: 0, or 130 when interrupted.
int compare(const CompareOptions& options);

} // namespace surgescope::app
