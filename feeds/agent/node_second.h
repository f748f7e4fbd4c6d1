// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/wire/messages.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// Where a resource's latency starts to climb, as a share of its capacity. Memory has none: a cache fills it.
std::optional<double> kneeOf(Resource resource);

/// What all collectors of a node saw of it in one second.
struct NodeSecond {
    PopTotals totals;
    bool heard = false;
    std::array<std::optional<double>, kResourceCount> utilisation{};
    std::optional<std::uint32_t> saturation; // of the most constrained resource: permille, 1000 at its knee
    std::optional<std::uint64_t> connections;
    std::optional<std::uint64_t> invalidationsPending;
};

struct Seen {
    CollectedSecond second;
    bool ofServer = true; // Collector::watchesServer()
};

/// Of the fields a node's collectors measure those it speaks for. A load balancer leaves out what the servers
/// behind it count as well: requests, answers, bytes.
FieldSet spokenFor(FieldSet measured, Role role);

/// Puts together what collectors of one node saw. The first of them that measured a field speaks for it, so
/// nothing is counted twice where HAProxy stands before a Varnish; of a resource the fullest view counts.
/// Purges, their lag and lost lines add up: each cache has its own, and a canary, too.
///
/// A node is heard when a server of it is, or its machine where it has none. One that is not heard adds
/// nothing of its machine to the totals, or means over measured nodes would be wrong; its row has it.
NodeSecond putTogether(const std::vector<Seen>& seen, Role role);

/// Writes a node's row into the columns of `columns.nodeCount` nodes.
void setRow(NodeColumns& columns, std::size_t row, const NodeSecond& node);

} // namespace surgescope::feeds
