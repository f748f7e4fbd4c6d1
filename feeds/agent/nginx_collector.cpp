// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_collector.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;

constexpr std::uint64_t kMostConnections = 1'000'000'000;

FieldSet logFields() {
    return FieldSet::of({requests,      cache_hits,      cache_misses,   stale_served, origin_fetches,
                         bytes_out,     bytes_fill,      status_2xx,     status_3xx,   status_4xx,
                         status_5xx,    overload_errors, api_requests,   malformed,    waf_blocked,
                         inv_received,  inv_applied,     lags_by_canary, lag_error_us, inv_pending_seconds,
                         log_lines_lost},
                        {ttfb_miss, metadata_latency, invalidation_lag});
}

FieldSet statusFields() {
    return FieldSet::of({connections_accepted, connections_rejected, connection_seconds});
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) {
    return from > what ? from - what : 0;
}

} // namespace

Result<std::unique_ptr<Collector>> NginxCollector::make(const CollectorSettings& settings,
                                                        const Surroundings& around) {
    if (!settings.has("status") && !settings.has("lines"))
        return Error{"nothing to read, expected status=URL, lines=udp:PORT or both"};
    const auto url = settings.has("status") ? settings.url("status") : Result<std::string>(std::string());
    if (!url) return Error{url.error()};
    std::unique_ptr<NginxCollector> nginx(new NginxCollector(*url, around));
    auto log = AccessLog::open(settings, around);
    if (!log) return Error{log.error()};
    nginx->m_log = *std::move(log);
    const auto most = settings.whole("max-connections", 1, kMostConnections, 0);
    if (!most) return Error{most.error()};
    nginx->m_maxConnections = *most;
    return std::unique_ptr<Collector>(std::move(nginx));
}

std::string NginxCollector::source() const {
    return m_page.url().empty() ? "nginx by its log" : "nginx at " + m_page.url();
}

FieldSet NginxCollector::fields() const {
    FieldSet fields = FieldSet::of({node_seconds});
    if (m_log) fields = fields | logFields();
    if (!m_page.url().empty()) fields = fields | statusFields() | FieldSet::of({requests});
    return fields;
}

Capability NginxCollector::capability() const {
    Capability capability{.measures = fields()};
    const auto gap = [&capability](FieldSet missing, const char* because, const char* remedy = "") {
        capability.gaps.push_back({missing, because, remedy});
    };
    if (!m_log)
        gap(logFields() - FieldSet::of({requests}), "only nginx's access log tells it",
            "set lines=udp:15140 and include resources/nginx/surgescope.conf in http { }");
    if (m_page.url().empty())
        gap(statusFields(), "only stub_status tells it", "set status=http://127.0.0.1:18088/stub_status");
    if (!m_log || !m_log->knowsPrefixes()) capability.gaps.push_back(prefixGap(m_log.get()));
    gap(FieldSet::of({}, {ttfb_hit}), "nginx has no time to first byte for what it serves from its cache");
    gap(FieldSet::of({collapsed}), "nginx logs a request that waited for another's fetch as any HIT");
    gap(FieldSet::of({shield_fetches}), "nginx does not say whether an upstream is a shield or the origin");
    gap(FieldSet::of({waf_challenged, challenges_passed, bot_requests}),
        "nginx challenges nobody and tells no bots apart");
    return capability;
}

void NginxCollector::cut() {
    m_second = {};
    m_answered = m_hasDelta = false;
    if (m_log) m_log->cut(m_second);
    if (m_page.url().empty()) return;
    m_page.ask([this](Result<HttpResponse> response) { takePage(std::move(response)); });
}

void NginxCollector::takePage(Result<HttpResponse> response) {
    if (!response) return addNoStatus(response.error());
    const auto status = parseNginxStatus(response->body);
    if (!status) return addNoStatus(m_page.url() + " is " + status.error());
    if (!response->server.empty()) {
        m_server = response->server; // "nginx/1.22.1"; "nginx" alone with server_tokens off
        std::ranges::replace(m_server, '/', ' ');
    }
    addStatus(*status, response->newConnections);
}

void NginxCollector::addStatus(const NginxStatus& status, std::uint64_t ownConnections) {
    m_answered = true;
    m_trouble.clear();
    PopTotals& totals = m_second.totals;
    m_second.connections = less(status.active, 1); // without the one that asked
    totals[connection_seconds] += *m_second.connections;
    const auto before = std::exchange(m_before, status);
    if (!before) return;
    m_hasDelta = true;
    // A counter that went backwards is a new nginx: all it counts happened since it started, within this
    // second.
    const bool restarted = status.accepts < before->accepts || status.handled < before->handled ||
                           status.requests < before->requests;
    const NginxStatus base = restarted ? NginxStatus{} : *before;
    totals[connections_accepted] += less(status.accepts - base.accepts, ownConnections);
    totals[connections_rejected] += less(status.accepts - status.handled, base.accepts - base.handled);
    if (!m_log) totals[requests] += less(status.requests - base.requests, 1);
}

void NginxCollector::addNoStatus(const std::string& why) {
    // Counting starts anew with the next page: what happens meanwhile is no second's.
    m_before.reset();
    m_trouble = why;
}

CollectedSecond NginxCollector::take() {
    if (m_page.asking()) {
        m_page.giveUp();
        addNoStatus(m_page.url() + " did not answer in time");
    }
    if (m_page.url().empty()) m_trouble = m_log->trouble();
    // Without lines a second is known only by the difference of two pages.
    m_second.heard = m_page.url().empty() ? m_trouble.empty() : m_answered && (m_log || m_hasDelta);
    FieldSet measured = FieldSet::of({node_seconds});
    if (m_second.heard) {
        m_second.totals[node_seconds] = 1;
        measured = measured | fields();
        if (m_second.connections && m_maxConnections > 0)
            m_second[Resource::connections] =
                static_cast<double>(*m_second.connections) / static_cast<double>(m_maxConnections);
    } else {
        m_second.totals[inv_pending_seconds] = 0;
        if (hasLines())
            measured = measured | logFields(); // it was there for a part: what it served, it served
        else if (m_log)
            measured.add(log_lines_lost);
    }
    if (m_log && m_log->knowsPrefixes() && (m_second.heard || hasLines())) measured.add(new_prefix_requests);
    m_second.totals.setMeasured(measured);
    return std::exchange(m_second, {});
}

} // namespace surgescope::feeds
