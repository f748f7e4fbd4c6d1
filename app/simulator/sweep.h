// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "app/simulator/launches.h"

#include <string>
#include <string_view>
#include <vector>

namespace surgescope::app {

/// A number that takes several values: "release.opens_per_s=1000..9000:5", five of them at equal distances,
/// or "prewarm=0.5", one.
struct Axis {
    std::string name; // of a scenario's key or a lever
    std::vector<double> values;
};
feeds::Result<Axis> parseAxis(std::string_view text);

struct SweepOptions : LaunchOptions {
    feeds::sim::Scenario scenario;
    std::vector<Axis> axes;
    std::vector<std::string>
        measures; // keys, as compare prints them; of unknown ones the sweep says which there are
    std::string format = "text"; // text or csv
};

/// Simulates the scenario at every point of the grid, the last axis the quickest, and prints a line for each
/// to standard output, whatever the number of threads. Returns the exit status: 0, 130 when interrupted; an
/// error when a point cannot be.
feeds::Result<int> sweep(const SweepOptions& options);

} // namespace surgescope::app
