// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

namespace surgescope::feeds {

/// What rosters take: of one PoP, of a publisher or of the fleet.
struct RosterSize {
    std::uint64_t nodes = 0;
    std::uint64_t nameBytes = 0;

    RosterSize operator+(RosterSize o) const { return {nodes + o.nodes, nameBytes + o.nameBytes}; }
    /// Not below nothing: who was forgotten meanwhile comes back with less than it had.
    RosterSize operator-(RosterSize o) const {
        return {nodes - std::min(nodes, o.nodes), nameBytes - std::min(nameBytes, o.nameBytes)};
    }
    bool fits(std::uint64_t mostNodes, std::uint64_t mostNameBytes) const {
        return nodes <= mostNodes && nameBytes <= mostNameBytes;
    }
};

} // namespace surgescope::feeds
