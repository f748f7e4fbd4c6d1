// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/request_tally.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;

/// A purge is applied within seconds or minutes; what was issued another day was stamped wrongly.
constexpr std::chrono::hours kFarthestStamp{24};

std::uint64_t micros(std::chrono::microseconds us) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(us.count(), 0));
}

} // namespace

RequestTally::RequestTally(std::string apiPrefix) : m_apiPrefix(std::move(apiPrefix)) {}

void RequestTally::add(const Exchange& exchange) {
    ++m_exchanges;
    ++m_totals[requests];
    m_totals[bytes_out] += exchange.bytes;
    m_totals[bytes_fill] += exchange.upstreamBytes;
    if (exchange.askedUpstream) ++m_totals[origin_fetches];
    if (exchange.denied) ++m_totals[waf_blocked];
    if (exchange.method.empty() || (exchange.status == 400 && exchange.uri.empty())) ++m_totals[malformed];
    countCache(exchange);
    countStatus(exchange);
    if (m_prefixes != nullptr) countPrefix(exchange);
    if (exchange.lbTime) m_totals[lb_latency].record(micros(*exchange.lbTime));
    if (!m_apiPrefix.empty() && exchange.uri.starts_with(m_apiPrefix)) {
        ++m_totals[api_requests];
        // A refusal takes no time and would make an overloaded service look fast. A 504 took its time.
        if (exchange.duration && exchange.status != 429 && exchange.status != 503)
            m_totals[metadata_latency].record(micros(*exchange.duration));
    }
    const bool isFar = exchange.purgeIssuedAt && (exchange.time - *exchange.purgeIssuedAt > kFarthestStamp ||
                                                  *exchange.purgeIssuedAt - exchange.time > kFarthestStamp);
    if (exchange.purgeStampRefused || isFar) ++m_purgeStampsRefused;
    if (exchange.purgeIssuedAt && !isFar) countPurge(exchange);
}

void RequestTally::addRefused(const std::string& why) {
    ++m_linesRefused;
    m_lastRefusal = why;
    addLost(1);
}

void RequestTally::addLost(std::uint64_t lines) {
    m_totals[log_lines_lost] += lines;
}

void RequestTally::countCache(const Exchange& exchange) {
    switch (exchange.cache) {
    case CacheStatus::collapsed: ++m_totals[collapsed]; break;
    case CacheStatus::stale:
    case CacheStatus::updating: ++m_totals[stale_served]; break;
    default: break;
    }
    switch (exchange.cache) {
    case CacheStatus::collapsed:
    case CacheStatus::stale:
    case CacheStatus::updating:
    case CacheStatus::hit:
    case CacheStatus::revalidated:
        ++m_totals[cache_hits];
        if (exchange.ttfb && !exchange.askedUpstream) m_totals[ttfb_hit].record(micros(*exchange.ttfb));
        break;
    case CacheStatus::miss:
    case CacheStatus::expired:
        ++m_totals[cache_misses];
        if (exchange.ttfb) m_totals[ttfb_miss].record(micros(*exchange.ttfb));
        break;
    case CacheStatus::none:
    case CacheStatus::bypass: break;
    }
}

void RequestTally::countStatus(const Exchange& exchange) {
    switch (exchange.status / 100) {
    case 2: ++m_totals[status_2xx]; break;
    case 3: ++m_totals[status_3xx]; break;
    case 4: ++m_totals[status_4xx]; break;
    case 5: ++m_totals[status_5xx]; break;
    default: break;
    }
    if (exchange.status == 429 || exchange.status == 503 || exchange.status == 504)
        ++m_totals[overload_errors];
}

void RequestTally::countPrefix(const Exchange& exchange) {
    const auto isNew = m_prefixes->note(exchange.address);
    if (!isNew) return;
    ++m_addresses;
    if (*isNew) ++m_totals[new_prefix_requests];
}

void RequestTally::countPurge(const Exchange& exchange) {
    ++m_totals[inv_received];
    // Served from the cache it was meant to purge: the server is not set up to bypass it.
    const bool fromCache = exchange.cache == CacheStatus::hit || exchange.cache == CacheStatus::stale ||
                           exchange.cache == CacheStatus::updating;
    const bool applied = (exchange.status / 100 == 2 || exchange.status == 404) && !fromCache;
    if (exchange.purgeSequence) m_sequence.note(*exchange.purgeSequence, applied);
    if (!applied) return;
    ++m_totals[inv_applied];
    m_totals[lag_error_us] += micros(m_lagError);
    const auto lag = exchange.time - *exchange.purgeIssuedAt;
    if (lag.count() < 0) ++m_lagsClamped;
    m_totals[invalidation_lag].record(micros(lag));
}

PopTotals RequestTally::cut() {
    m_totals[inv_pending_seconds] = m_sequence.pending();
    PopTotals second = m_totals;
    m_totals.clear();
    m_exchanges = 0;
    return second;
}

} // namespace surgescope::feeds
