// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace surgescope::feeds {

/// What one node can do, as its operator says. 0: nobody says.
struct NodeCapacity {
    double gbitPerSecond = 0; // of its network cards
    double cores = 0;
    double cacheBytes = 0;  // on its disks and in its memory
    double connections = 0; // at once
    bool operator==(const NodeCapacity&) const = default;
};

/// An origin: where it stands and what it can answer.
struct OriginSite {
    std::string name;
    double latitude = 0;          // degrees, north positive
    double longitude = 0;         // degrees, east positive
    double requestsPerSecond = 0; // fetches of shields; 0: nobody says
    bool operator==(const OriginSite&) const = default;
};

} // namespace surgescope::feeds
