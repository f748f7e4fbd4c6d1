// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"
#include "feeds/model/pop_totals.h"
#include "feeds/util/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What a node can run out of.
enum class Resource : std::uint8_t { cpu, memory, disk, nic, connections, workers };
inline constexpr std::size_t kResourceCount = 6;

/// What one collector saw of one node in one second.
struct CollectedSecond {
    PopTotals totals; // counts of this second; which fields were measured is set
    bool heard =
        false; // the collector was answered: a host by its /proc, a server by its counters or its log
    std::array<std::optional<double>, kResourceCount> utilisation{}; // at the second's end or over it, 0 to 1
    std::optional<std::uint64_t> connections;                        // open at the second's end
    std::optional<std::uint64_t> invalidationsPending;               // the same

    std::optional<double>& operator[](Resource r) { return utilisation[static_cast<std::size_t>(r)]; }
    const std::optional<double>& operator[](Resource r) const {
        return utilisation[static_cast<std::size_t>(r)];
    }
};

/// Fields a collector cannot measure, why, and what the operator can do about it.
struct Gap {
    FieldSet fields;
    std::string because; // "nginx has no time to first byte for what it serves from its cache"
    std::string
        remedy; // "set lines=udp:15140 and include resources/nginx/surgescope.conf"; empty: nothing helps
};

struct Capability {
    FieldSet measures; // when all is well; a second may hold less
    std::vector<Gap> gaps;
    std::uint32_t linkMbit = 0; // the configured speed of the node's link; 0: not told
};

/// What collectors work with. Both outlive them.
struct Surroundings {
    EventLoop& loop;
    const Clock& clock;
};

/// Watches one source of numbers on one node (a server, its host, an exporter) and yields what happened
/// second by second. An Agent owns it and calls it; everything happens on the agent's thread, and nothing
/// here may block: files and sockets are read without waiting, HTTP goes through the EventLoop.
///
/// A second goes: cut(), then settled() is asked until it says so or Agent::kSettleTime is over, then take().
class Collector {
  public:
    virtual ~Collector() = default;

    /// What is watched and where, for messages: "haproxy at /run/haproxy/admin.sock".
    virtual std::string source() const = 0;
    /// Whether it watches a server, and not only the machine under it: a node whose servers are silent is not
    /// heard, whatever its machine says.
    virtual bool watchesServer() const { return true; }
    /// "nginx 1.22.1", as the server told; empty: it has not told yet, or this is no server.
    virtual std::string server() const = 0;
    virtual Capability capability() const = 0;

    /// The second ends now: what comes in from here on is of the next one. Asks the server for its counters.
    virtual void cut() = 0;
    /// All that the cut second waits for has come, or is known not to come.
    virtual bool settled() const = 0;
    /// The second that was cut last. What has not come by now is not measured in it; an answer that comes
    /// later is thrown away.
    virtual CollectedSecond take() = 0;
    /// Why the last second was not heard, "connection refused"; empty: it was.
    virtual std::string trouble() const = 0;
};

} // namespace surgescope::feeds
