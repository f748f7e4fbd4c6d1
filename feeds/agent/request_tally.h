// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/prefix_sketch.h"
#include "feeds/agent/purge_sequence.h"
#include "feeds/model/pop_totals.h"
#include "feeds/util/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// How a request fared at the cache. `none`: it was not subject to caching. `collapsed`: a hit that waited
/// for another request's fetch.
enum class CacheStatus : std::uint8_t {
    none,
    miss,
    bypass,
    expired,
    stale,
    updating,
    revalidated,
    hit,
    collapsed
};

/// One request and its answer, as a server's log tells it.
struct Exchange {
    WallTime time{};     // when it was done, by the node's clock
    std::string method;  // empty: the request line could not be read
    std::string uri;     // without arguments; bytes that are no UTF-8 may have become '?'
    std::string address; // the client's; empty: not known. It is looked at here and goes no further
    unsigned status = 0;
    std::uint64_t bytes = 0;                           // headers and body, to the client
    std::optional<std::chrono::microseconds> duration; // first byte read to last byte written
    /// Request headers complete to the answer's first byte.
    std::optional<std::chrono::microseconds> ttfb;
    /// Spent in a load balancer: its own time to first byte less that of the server behind it.
    std::optional<std::chrono::microseconds> lbTime;
    CacheStatus cache = CacheStatus::none;
    bool askedUpstream = false;
    std::uint64_t upstreamBytes = 0; // of all tries
    bool denied = false;             // refused by a rule, a limit or a firewall

    std::string purgeId;
    std::optional<std::uint64_t> purgeSequence;
    std::optional<WallTime> purgeIssuedAt;
    bool purgeStampRefused = false; // a purge sequence or issue time was sent that is none
};

/// Adds exchanges up, whichever server told them, into what a second holds. Neither throws nor grows,
/// whatever it is fed. One thread at a time.
class RequestTally {
  public:
    /// `apiPrefix`: URIs that begin so are metadata and API requests; empty: none are.
    explicit RequestTally(std::string apiPrefix);

    void add(const Exchange& exchange);
    /// How far off a purge's time may be as this server tells it, clocks aside.
    void setLagError(std::chrono::microseconds error) { m_lagError = error; }
    /// From now on tells new client prefixes apart; `sketch` must outlive this.
    void watchPrefixes(PrefixSketch& sketch) { m_prefixes = &sketch; }
    /// A line that could not be read; it goes into log_lines_lost.
    void addRefused(const std::string& why);
    /// Lines that are known to have been written and never came.
    void addLost(std::uint64_t lines);

    /// The second ends: what it held. Only counts; which fields are measured is the collector's to say.
    PopTotals cut();
    std::uint64_t exchanges() const { return m_exchanges; } // in the second that runs

    // Since the start.
    std::uint64_t addresses() const { return m_addresses; } // exchanges that told the client's
    std::uint64_t linesRefused() const { return m_linesRefused; }
    const std::string& lastRefusal() const { return m_lastRefusal; }
    std::uint64_t purgeStampsRefused() const { return m_purgeStampsRefused; }
    /// Applied before issued, by the clocks: taken as 0.
    std::uint64_t lagsClamped() const { return m_lagsClamped; }
    const PurgeSequence& purgeSequence() const { return m_sequence; }

  private:
    void countCache(const Exchange& exchange);
    void countStatus(const Exchange& exchange);
    void countPrefix(const Exchange& exchange);
    void countPurge(const Exchange& exchange);

    std::string m_apiPrefix;
    PrefixSketch* m_prefixes = nullptr;
    std::chrono::microseconds m_lagError{1000}; // logs tell milliseconds
    PopTotals m_totals;
    std::uint64_t m_exchanges = 0;
    PurgeSequence m_sequence;
    std::uint64_t m_addresses = 0;
    std::uint64_t m_linesRefused = 0;
    std::string m_lastRefusal;
    std::uint64_t m_purgeStampsRefused = 0;
    std::uint64_t m_lagsClamped = 0;
};

} // namespace surgescope::feeds
