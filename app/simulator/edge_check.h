// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/simulator/launches.h"

namespace surgescope::app {

struct EdgeCheckOptions : LaunchOptions {
    feeds::sim::Scenario scenario;
};

/// Explains an edge on standard output: what it can do, how full a usual evening and the scenario make it,
/// which lever would help, and what is odd about it. Returns the exit status: 0, 1 when something is odd, 130
/// when interrupted.
int checkEdge(const EdgeCheckOptions& options);

} // namespace surgescope::app
