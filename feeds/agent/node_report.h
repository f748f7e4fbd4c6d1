// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/host_collector.h"
#include "feeds/agent/nginx_collector.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <optional>

namespace surgescope::feeds {

/// Where a resource's latency starts to climb, as a share of its capacity.
inline constexpr double kCpuKnee = 0.80;
inline constexpr double kNicKnee = 0.85;
inline constexpr double kConnectionKnee = 0.80;

/// How full the node's most constrained resource is, 1000 at its knee; nothing when no resource was measured.
/// Without a configured maximum (0) connections are no measured resource.
std::optional<std::uint32_t> saturationPermille(const HostReading& host,
                                                std::optional<std::uint64_t> connections,
                                                std::uint64_t maxConnections);

/// The host's part of what a report measures.
FieldSet hostFields(const HostReading& host);

struct NodeReport {
    PopTotals totals;
    NodeColumns columns; // of one node, without header, pop and roster epoch
};

/// One node's interval: server and host put together, once as totals and once as columns. A node whose server
/// was not heard adds nothing of its host to the totals, or means over measured nodes would be wrong; the
/// columns have it.
NodeReport makeNodeReport(const NginxInterval& server, const HostReading& host, std::uint64_t maxConnections);

} // namespace surgescope::feeds
