// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/scenario.h"

#include <string>
#include <vector>

namespace surgescope::feeds::sim {

/// What the scenario's failures have broken at one moment.
struct Outages {
    std::vector<bool> popDown;     // by PopIndex
    std::vector<bool> popDrained;  // by PopIndex
    std::vector<bool> shieldDown;  // by PopIndex
    std::vector<bool> shieldLost;  // of those, not yet noticed by who fetches through them
    std::vector<double> nodesDown; // share, by PopIndex
    bool originReachable = true;
    bool operator==(const Outages&) const = default;
};

/// `t`: s after T-0. A pure function; a PoP that the catalogue does not know is left out.
Outages outagesAt(const Scenario& scenario, const PopCatalogue& catalogue, double t);

/// What begins or ends in the second that ends at `t`, in words for the timeline.
std::vector<std::string> outagesTold(const Scenario& scenario, double t);

} // namespace surgescope::feeds::sim
