// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/edge_file.h"

#include <cstdlib>

namespace surgescope::tests {

/// A network of three PoPs in two regions: one whose nodes have names, two that are counted.
inline constexpr const char* kEdge = R"(
[regions]
DE = "Germany"
US-EAST = "The East"
[[pop]]
code = "FRA-2"
name = "Frankfurt 2"
latitude = 50.1
longitude = 8.7
region = "DE"
shield = "MUC"
nodes = ["a", "b", "c"]
time_zone = "Europe/Berlin"
[[pop]]
code = "MUC"
name = "Munich"
latitude = 48.1
longitude = 11.6
region = "DE"
nodes = 4
[[pop]]
code = "NYC"
name = "New York"
latitude = 40.7
longitude = -74.0
region = "US-EAST"
nodes = 20
)";

inline const feeds::PopCatalogue& ownEdge() {
    static const feeds::PopCatalogue edge = [] {
        auto parsed = feeds::parseEdge(kEdge, "edge.toml");
        if (!parsed) std::abort(); // a test of its own reads it
        return std::move(parsed.value());
    }();
    return edge;
}

} // namespace surgescope::tests
