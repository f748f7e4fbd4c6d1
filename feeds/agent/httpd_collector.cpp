// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/httpd_collector.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;

constexpr std::uint64_t kMostWorkers = 10'000'000;

/// Without requests, which mod_status counts as well.
FieldSet httpdLineFields() {
    return FieldSet::of({bytes_out, status_2xx, status_3xx, status_4xx, status_5xx, overload_errors,
                         cache_hits, cache_misses, stale_served, api_requests, malformed, inv_received,
                         inv_applied, lags_by_canary, lag_error_us, inv_pending_seconds},
                        {ttfb_miss, metadata_latency, invalidation_lag});
}

} // namespace

Result<std::unique_ptr<Collector>> HttpdCollector::make(const CollectorSettings& settings,
                                                        const Surroundings& around) {
    const auto url = settings.url("status");
    if (!url) return Error{url.error()};
    if (!url->ends_with("?auto"))
        return Error{"status: '" + *url + "' does not end with ?auto, mod_status' form for machines"};
    std::unique_ptr<HttpdCollector> httpd(new HttpdCollector(*url, around));
    auto log = AccessLog::open(settings, around);
    if (!log) return Error{log.error()};
    httpd->m_log = *std::move(log);
    if (httpd->m_log) httpd->m_log->setLagError(std::chrono::microseconds(1));
    const auto most = settings.whole("max-workers", 1, kMostWorkers, 0);
    if (!most) return Error{most.error()};
    httpd->m_maxWorkers = *most;
    return std::unique_ptr<Collector>(std::move(httpd));
}

Capability HttpdCollector::capability() const {
    Capability capability{.measures = FieldSet::of({node_seconds})};
    const auto gap = [&capability](FieldSet missing, const char* because, const char* remedy = "") {
        capability.gaps.push_back({missing, because, remedy});
    };
    const bool lines = m_log && m_log->hasCome();
    if (m_counts || lines) capability.measures.add(requests);
    if (m_log) capability.measures.add(log_lines_lost);
    if (lines) capability.measures = capability.measures | httpdLineFields();
    if (!m_counts && !lines)
        gap(FieldSet::of({requests}), "mod_status does not count requests", "set ExtendedStatus On");
    if (!m_log)
        gap(httpdLineFields() | FieldSet::of({log_lines_lost}), "only httpd's log tells it",
            "set lines=/var/log/apache2/surgescope.log and include resources/httpd/surgescope.conf");
    else if (!lines)
        gap(httpdLineFields(), "no access line has come yet",
            "include resources/httpd/surgescope.conf, and name the file it writes: lines=");
    if (!m_log || !m_log->knowsPrefixes()) capability.gaps.push_back(prefixGap(m_log.get()));
    gap(FieldSet::of({}, {ttfb_hit}), "httpd has no time to first byte for what mod_cache serves");
    gap(FieldSet::of({collapsed}), "mod_cache lets requests for the same pass to the origin, all of them");
    gap(FieldSet::of({origin_fetches, shield_fetches, bytes_fill}), "httpd does not log what it fetched");
    gap(FieldSet::of({connections_accepted, connections_rejected, connection_seconds}),
        "mod_status does not count connections, and tells those open seconds late");
    gap(FieldSet::of({waf_blocked, waf_challenged, challenges_passed, bot_requests}),
        "httpd does not log which rule refused a request, and tells no bots apart");
    gap(FieldSet::of({}, {lb_latency}), "httpd is the cache, not the balancer before it");
    return capability;
}

void HttpdCollector::cut() {
    m_second = {};
    m_answered = m_hasDifference = false;
    if (m_log) m_log->cut(m_second);
    m_page.ask([this](Result<HttpResponse> response) { takePage(std::move(response)); });
}

void HttpdCollector::takePage(Result<HttpResponse> response) {
    if (!response) return addNoStatus(response.error());
    const auto status = parseHttpdStatus(response->body);
    if (!status) return addNoStatus(m_page.url() + " " + status.error());
    addStatus(*status);
}

void HttpdCollector::addStatus(const HttpdStatus& status) {
    m_answered = true;
    m_trouble.clear();
    m_server = status.version;
    std::ranges::replace(m_server, '/', ' ');
    m_counts = status.accesses.has_value();
    if (m_maxWorkers > 0) // without the one that answers
        m_second[Resource::workers] =
            static_cast<double>(status.busyWorkers - std::min<std::uint64_t>(status.busyWorkers, 1)) /
            static_cast<double>(m_maxWorkers);
    const auto before = std::exchange(m_before, status);
    if (!before || !before->accesses || !status.accesses) return;
    m_hasDifference = true;
    // A new start, and a new scoreboard with it: all it counts happened since, within this second.
    const bool restarted = status.restartTime != before->restartTime || *status.accesses < *before->accesses;
    const std::uint64_t since = *status.accesses - (restarted ? 0 : *before->accesses);
    const std::uint64_t own = restarted ? 0 : 1; // the page before
    m_second.totals[requests] = since - std::min(since, own);
}

void HttpdCollector::addNoStatus(const std::string& why) {
    // Counting starts anew with the next page: what happens meanwhile is no second's.
    m_before.reset();
    m_trouble = why;
}

CollectedSecond HttpdCollector::take() {
    if (m_page.asking()) {
        m_page.giveUp();
        addNoStatus(m_page.url() + " did not answer in time");
    }
    // Without lines a second is known only by the difference of two pages.
    m_second.heard = m_answered && (m_hasDifference || readsLines());
    FieldSet measured = FieldSet::of({node_seconds});
    if (m_log) measured.add(log_lines_lost);
    if (m_second.heard) {
        m_second.totals[node_seconds] = 1;
        measured.add(requests);
    }
    // It was there for a part at least: what it logged, it did.
    if ((m_second.heard && readsLines()) || hasLines())
        measured = measured | httpdLineFields() | FieldSet::of({requests});
    if (!m_second.heard) m_second.totals[inv_pending_seconds] = 0;
    if (m_log && m_log->knowsPrefixes() && (m_second.heard || hasLines())) measured.add(new_prefix_requests);
    m_second.totals.setMeasured(measured);
    return std::exchange(m_second, {});
}

} // namespace surgescope::feeds
