// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reads the access lines that resources/nginx/surgescope.conf makes nginx write: one flat JSON object a
/// line, bare or behind a syslog header. What stands in them was sent by strangers: anything that is not such
/// a line is answered with an Error, and nothing here throws. No state; any thread.
namespace surgescope::feeds {

/// A UDP datagram can hold no more.
inline constexpr std::size_t kLogLineBytes = 65'536;

/// $upstream_cache_status. `none`: the request was not subject to caching.
enum class CacheStatus : std::uint8_t { none, miss, bypass, expired, stale, updating, revalidated, hit };

struct NginxLogLine {
    WallTime time{};    // when the request was done, in steps of 1 ms
    std::string method; // empty: the request line could not be read
    std::string uri;    // decoded and without arguments; bytes that are no UTF-8 may have become '?'
    unsigned status = 0;
    std::uint64_t bytes = 0;                 // headers and body, to the client
    std::chrono::microseconds requestTime{}; // first byte read to last byte written, in steps of 1 ms
    CacheStatus cache = CacheStatus::none;
    bool askedUpstream = false;
    /// From asking the first upstream to the header of the last, retries included; in steps of 1 ms.
    std::optional<std::chrono::microseconds> upstreamHeaderTime;
    std::optional<std::chrono::microseconds> upstreamResponseTime; // the same, to the last byte
    std::uint64_t upstreamBytes = 0;                               // of all tries
    unsigned upstreamStatus = 0;                                   // of the last try; 0: none answered
    bool limitRejected = false;                                    // refused by limit_req

    std::string purgeId;
    std::optional<std::uint64_t> purgeSeq;
    std::optional<WallTime> purgeIssuedAt;
    bool purgeStampRefused = false; // a purge sequence or issue time was sent that is none
};

Result<NginxLogLine> parseNginxLog(std::string_view line);

} // namespace surgescope::feeds
