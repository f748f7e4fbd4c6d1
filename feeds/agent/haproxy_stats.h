// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reads what HAProxy's stats socket answers to kHaproxyCommand: "Name: value" lines, an empty line, CSV with
/// its header, an empty line (HAProxy's management guide, 9.1 and 9.3). No state; any thread.
namespace surgescope::feeds {

/// All of the process, and the rows of frontends (1) and backends (2). Rows of servers are left out: there
/// may be ten thousand, and a backend's row adds them up.
inline constexpr std::string_view kHaproxyCommand = "show info;show stat -1 3 -1\n";
/// Some 2,500 frontends and backends.
inline constexpr std::size_t kHaproxyAnswerBytes = std::size_t{1} << 20;

/// Columns, by their names there.
enum class HaproxyColumn : std::uint8_t {
    scur,     // connections (of a frontend) now
    slim,     // and at most
    conn_tot, // connections accepted, those refused by a rule included
    dcon,     // refused by "tcp-request connection reject"
    dses,     // and by "tcp-request session reject"
    bout,     // bytes to clients
    req_tot,  // HTTP requests, those that could not be read included
    hrsp_2xx, // responses, by class
    hrsp_3xx,
    hrsp_4xx,
    hrsp_5xx,
    dreq,          // requests denied by a rule
    ereq,          // requests that could not be read, or did not come in whole
    cache_lookups, // in HAProxy's own cache
    cache_hits
};
inline constexpr std::size_t kHaproxyColumns = 15;

struct HaproxyProxy {
    std::string name;
    bool frontend = false;
    bool http = false; // mode http; false: mode tcp
    /// What counts since the start never goes backwards but by a restart or "clear counters all". Nothing:
    /// the column is empty in this row, or this version has none.
    std::array<std::optional<std::uint64_t>, kHaproxyColumns> values{};

    const std::optional<std::uint64_t>& operator[](HaproxyColumn c) const {
        return values[static_cast<std::size_t>(c)];
    }
};

struct HaproxyReading {
    std::string version;
    std::uint64_t pid = 0;
    std::uint64_t uptimeSeconds = 0;
    std::uint64_t processes = 1; // more than one: each has counters of its own (nbproc, before 2.5)
    std::uint64_t connections = 0;
    std::uint64_t mostConnections = 0;
    std::uint64_t logsDropped = 0; // since the start; messages it could not send
    /// 0 to 1, mean of the threads over about the last second; nothing when it polls busily and so never
    /// idles.
    std::optional<double> busy;
    std::vector<HaproxyProxy> proxies;
};

/// Refuses whatever is not the whole of such an answer, for example one that was cut off.
Result<HaproxyReading> parseHaproxyReading(std::string_view answer);

} // namespace surgescope::feeds
