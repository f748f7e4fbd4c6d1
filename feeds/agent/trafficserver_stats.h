// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reads the page of Traffic Server's plugin stats_over_http: {"global": {NAME: "VALUE", …}} with some 760
/// names. Values are strings, or numbers with the plugin's --integer-counters. No state; any thread.
namespace surgescope::feeds {

/// What is taken of it. All count since the start, but for the two that are of now.
enum class TrafficserverStat : std::uint8_t {
    completed_requests, // the page's own ones included, as everywhere here
    responses_2xx,
    responses_3xx,
    responses_4xx,
    responses_5xx,
    document_bytes_out,
    header_bytes_out,
    document_bytes_in,
    header_bytes_in,
    outgoing_requests,
    hit_fresh, // from memory or disk; a PURGE of what was there counts here, too
    hit_revalidated,
    hit_ims,
    hit_stale,
    hit_rww, // read while another request wrote it
    miss_cold,
    miss_changed,
    miss_ims,
    client_connections,
    throttled_connections,  // closed because of proxy.config.net.connections_throttle
    client_connections_now, // open now
    all_connections_now     // with those to origins
};
inline constexpr std::size_t kTrafficserverStats = 22;

constexpr bool isOfNow(TrafficserverStat stat) {
    return stat >= TrafficserverStat::client_connections_now;
}

struct TrafficserverStats {
    std::string version;          // "9.2.9"
    std::uint64_t readySince = 0; // Unix time at which its cache was ready; another one is another process
    /// Nothing: this version has no such number, or it is of now and none that can be.
    std::array<std::optional<std::uint64_t>, kTrafficserverStats> values{};

    const std::optional<std::uint64_t>& operator[](TrafficserverStat s) const {
        return values[static_cast<std::size_t>(s)];
    }
};

/// Refuses what is no such page, and one without completed_requests.
Result<TrafficserverStats> parseTrafficserverStats(std::string_view page);

} // namespace surgescope::feeds
