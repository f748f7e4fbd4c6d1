// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_collector.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;

FieldSet fieldsOf(std::initializer_list<Counter> counters,
                  std::initializer_list<Distribution> distributions = {}) {
    FieldSet fields;
    for (const Counter c : counters)
        fields.add(c);
    for (const Distribution d : distributions)
        fields.add(d);
    return fields;
}

FieldSet logFields() {
    return fieldsOf({requests, cache_hits, cache_misses, stale_served, origin_fetches, bytes_out, bytes_fill,
                     status_2xx, status_3xx, status_4xx, status_5xx, overload_errors, api_requests, malformed,
                     waf_blocked, inv_received, inv_applied, inv_pending_seconds, log_lines_lost},
                    {ttfb_miss, metadata_latency, invalidation_lag});
}

FieldSet statusFields() {
    return fieldsOf({connections_accepted, connections_rejected, connection_seconds});
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) {
    return from > what ? from - what : 0;
}

std::uint64_t micros(std::chrono::microseconds us) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(us.count(), 0));
}

} // namespace

NginxCollector::NginxCollector(Options options) : m_options(std::move(options)) {}

FieldSet NginxCollector::fields() const {
    FieldSet fields = fieldsOf({node_seconds});
    if (m_options.readsLog) fields = fields | logFields();
    if (m_options.readsStatus) fields = fields | statusFields() | fieldsOf({requests});
    return fields;
}

void NginxCollector::addLine(std::string_view line) {
    auto parsed = parseNginxLog(line);
    if (parsed) {
        count(*parsed);
        return;
    }
    ++m_linesRefused;
    m_lastRefusal = parsed.error();
    addLost(1);
}

void NginxCollector::addLost(std::uint64_t lines) {
    m_totals[log_lines_lost] += lines;
}

void NginxCollector::count(const NginxLogLine& line) {
    ++m_lines;
    ++m_totals[requests];
    m_totals[bytes_out] += line.bytes;
    m_totals[bytes_fill] += line.upstreamBytes;
    if (line.askedUpstream) ++m_totals[origin_fetches];
    if (line.limitRejected) ++m_totals[waf_blocked];
    if (line.method.empty() || (line.status == 400 && line.uri.empty())) ++m_totals[malformed];
    countCache(line);
    countStatus(line);
    if (!m_options.apiPrefix.empty() && line.uri.starts_with(m_options.apiPrefix)) {
        ++m_totals[api_requests];
        // A refusal takes no time and would make an overloaded service look fast. A 504 took its time.
        if (line.status != 429 && line.status != 503)
            m_totals[metadata_latency].record(micros(line.requestTime));
    }
    if (line.purgeStampRefused) ++m_purgeStampsRefused;
    if (line.purgeIssuedAt) countPurge(line);
}

void NginxCollector::countCache(const NginxLogLine& line) {
    switch (line.cache) {
    case CacheStatus::stale:
    case CacheStatus::updating: ++m_totals[stale_served]; [[fallthrough]];
    case CacheStatus::hit:
    case CacheStatus::revalidated: ++m_totals[cache_hits]; break;
    case CacheStatus::miss:
    case CacheStatus::expired:
        ++m_totals[cache_misses];
        if (line.upstreamHeaderTime) m_totals[ttfb_miss].record(micros(*line.upstreamHeaderTime));
        break;
    case CacheStatus::none:
    case CacheStatus::bypass: break;
    }
}

void NginxCollector::countStatus(const NginxLogLine& line) {
    switch (line.status / 100) {
    case 2: ++m_totals[status_2xx]; break;
    case 3: ++m_totals[status_3xx]; break;
    case 4: ++m_totals[status_4xx]; break;
    case 5: ++m_totals[status_5xx]; break;
    default: break;
    }
    if (line.status == 429 || line.status == 503 || line.status == 504) ++m_totals[overload_errors];
}

void NginxCollector::countPurge(const NginxLogLine& line) {
    ++m_totals[inv_received];
    // Served from the cache it was meant to purge: nginx is not set up to bypass it.
    const bool fromCache = line.cache == CacheStatus::hit || line.cache == CacheStatus::stale ||
                           line.cache == CacheStatus::updating;
    const bool applied = (line.status / 100 == 2 || line.status == 404) && !fromCache;
    if (line.purgeSeq) m_sequence.note(*line.purgeSeq, applied);
    if (!applied) return;
    ++m_totals[inv_applied];
    const auto lag = line.time - *line.purgeIssuedAt;
    if (lag.count() < 0) ++m_lagsClamped;
    m_totals[invalidation_lag].record(micros(lag));
}

void NginxCollector::addStatus(const NginxStatus& status, std::uint64_t ownConnections) {
    m_answered = true;
    m_connections = less(status.active, 1); // without the one that asked
    m_totals[connection_seconds] += *m_connections;
    const auto before = std::exchange(m_before, status);
    if (!before) return;
    m_hasDelta = true;
    // A counter that went backwards is a new nginx: all it counts happened since it started, within this
    // interval.
    const bool restarted = status.accepts < before->accepts || status.handled < before->handled ||
                           status.requests < before->requests;
    const NginxStatus base = restarted ? NginxStatus{} : *before;
    m_totals[connections_accepted] += less(status.accepts - base.accepts, ownConnections);
    m_totals[connections_rejected] += less(status.accepts - status.handled, base.accepts - base.handled);
    if (!m_options.readsLog) m_totals[requests] += less(status.requests - base.requests, 1);
}

void NginxCollector::addNoStatus() {
    m_before.reset();
    m_connections.reset();
    m_answered = m_hasDelta = false;
}

NginxInterval NginxCollector::endInterval() {
    NginxInterval interval;
    // Without lines an interval is known only by the difference of two pages.
    interval.heard = !m_options.readsStatus || (m_answered && (m_options.readsLog || m_hasDelta));
    interval.connections = m_connections;
    interval.invalidationsPending = m_sequence.pending();
    FieldSet measured = fieldsOf({node_seconds});
    if (interval.heard) {
        m_totals[node_seconds] = 1;
        m_totals[inv_pending_seconds] = m_options.readsLog ? interval.invalidationsPending : 0;
        measured = fields();
    } else if (m_lines > 0) {
        measured = measured | logFields(); // it was there for a part: what it served, it served
    } else if (m_options.readsLog) {
        measured.add(log_lines_lost);
    }
    m_totals.setMeasured(measured);
    interval.totals = m_totals;
    m_totals.clear();
    m_lines = 0;
    m_answered = m_hasDelta = false;
    m_connections.reset();
    return interval;
}

} // namespace surgescope::feeds
