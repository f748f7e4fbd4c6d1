// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/pipeline/publisher_fleet.h"

#include "app/command_line.h"

#include <string>
#include <vector>

namespace surgescope::app {

struct FleetCommand {
    feeds::PublisherFleet::Options fleet;
    std::string expect;                   // file for what was really done, as JSON; empty: none
    std::vector<std::string> commandLine; // of this process, for those it starts
};

/// Plays the fleet until it is done or asked to stop: in this process or, where descriptors ask for it, in
/// several that it starts. Returns the exit status.
int playFleet(CLI::App& app, FleetCommand command, const feeds::PopCatalogue& catalogue);

} // namespace surgescope::app
