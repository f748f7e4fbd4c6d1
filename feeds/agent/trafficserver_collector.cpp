// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/trafficserver_collector.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;
using Stat = TrafficserverStat;

/// Pages that follow each other more closely say nothing of how often they are refreshed.
constexpr std::chrono::milliseconds kAlmostASecond{900};
constexpr std::uint64_t kMostOpen = 1'000'000'000; // connections

struct StatAs {
    Stat stat;
    Counter counter;
};
constexpr std::array kStatsAs{StatAs{Stat::completed_requests, requests},
                              StatAs{Stat::responses_2xx, status_2xx},
                              StatAs{Stat::responses_3xx, status_3xx},
                              StatAs{Stat::responses_4xx, status_4xx},
                              StatAs{Stat::responses_5xx, status_5xx},
                              StatAs{Stat::document_bytes_out, bytes_out},
                              StatAs{Stat::header_bytes_out, bytes_out},
                              StatAs{Stat::document_bytes_in, bytes_fill},
                              StatAs{Stat::header_bytes_in, bytes_fill},
                              StatAs{Stat::outgoing_requests, origin_fetches},
                              StatAs{Stat::hit_fresh, cache_hits},
                              StatAs{Stat::hit_revalidated, cache_hits},
                              StatAs{Stat::hit_ims, cache_hits},
                              StatAs{Stat::hit_stale, cache_hits},
                              StatAs{Stat::hit_stale, stale_served},
                              StatAs{Stat::hit_rww, cache_hits},
                              StatAs{Stat::hit_rww, collapsed},
                              StatAs{Stat::miss_cold, cache_misses},
                              StatAs{Stat::miss_changed, cache_misses},
                              StatAs{Stat::miss_ims, cache_misses},
                              StatAs{Stat::client_connections, connections_accepted},
                              StatAs{Stat::throttled_connections, connections_accepted},
                              StatAs{Stat::throttled_connections, connections_rejected}};

FieldSet trafficserverLineFields() {
    return FieldSet::of({overload_errors, api_requests, malformed, inv_received, inv_applied, lags_by_canary,
                         lag_error_us, inv_pending_seconds},
                        {ttfb_hit, ttfb_miss, metadata_latency, invalidation_lag});
}

/// What lines tell when counters do not.
FieldSet trafficserverTwiceTold() {
    return FieldSet::of({requests, bytes_out, status_2xx, status_3xx, status_4xx, status_5xx, cache_hits,
                         cache_misses, collapsed, stale_served});
}

void takeOff(std::uint64_t& count, std::uint64_t own) {
    count -= std::min(count, own);
}

} // namespace

Result<std::unique_ptr<Collector>> TrafficserverCollector::make(const CollectorSettings& settings,
                                                                const Surroundings& around) {
    const auto url = settings.url("stats");
    if (!url) return Error{url.error()};
    std::unique_ptr<TrafficserverCollector> server(new TrafficserverCollector(*url, around));
    auto log = AccessLog::open(settings, around);
    if (!log) return Error{log.error()};
    server->m_log = *std::move(log);
    const auto most = settings.whole("max-connections", 1, kMostOpen, 0);
    if (!most) return Error{most.error()};
    server->m_maxConnections = *most;
    server->ask(); // so that the first page of a second has one before it
    return std::unique_ptr<Collector>(std::move(server));
}

FieldSet TrafficserverCollector::counterFields() const {
    FieldSet fields;
    FieldSet unknown; // a sum that lacks a part is none
    for (const auto& [stat, counter] : kStatsAs)
        (!m_before || m_before->stats[stat] ? fields : unknown).add(counter);
    if (!m_before || m_before->stats[Stat::client_connections_now]) fields.add(connection_seconds);
    return fields - unknown;
}

Capability TrafficserverCollector::capability() const {
    Capability capability;
    const auto gap = [&capability](FieldSet missing, const char* because, const char* remedy = "") {
        missing = missing - capability.measures;
        if (missing != FieldSet()) capability.gaps.push_back({missing, because, remedy});
    };
    capability.measures.add(node_seconds);
    if (!m_seldom) capability.measures = capability.measures | counterFields();
    if (m_log) capability.measures.add(log_lines_lost);
    if (m_log && m_log->hasCome())
        capability.measures = capability.measures | trafficserverLineFields() | trafficserverTwiceTold();
    if (m_seldom)
        gap(counterFields(), "Traffic Server refreshes its counters less than once a second",
            "set CONFIG proxy.config.raw_stat_sync_interval_ms INT 100 in records.config");
    if (!m_log)
        gap(trafficserverLineFields() | FieldSet::of({log_lines_lost}), "only Traffic Server's log tells it",
            "set lines=/var/log/trafficserver/surgescope.log and use resources/trafficserver/logging.yaml");
    else if (!m_log->hasCome())
        gap(trafficserverLineFields(), "no access line has come yet",
            "use resources/trafficserver/logging.yaml, and name the file it writes: lines=");
    if (!m_log || !m_log->knowsPrefixes()) capability.gaps.push_back(prefixGap(m_log.get()));
    gap(FieldSet::of({shield_fetches}), "Traffic Server counts fetches from parents and origins together");
    gap(FieldSet::of({waf_blocked, waf_challenged, challenges_passed, bot_requests}),
        "Traffic Server has no counter for what its rules refuse, and tells no bots apart");
    gap(FieldSet::of({}, {lb_latency}), "Traffic Server is the cache, not the balancer before it");
    return capability;
}

void TrafficserverCollector::cut() {
    m_second = {};
    m_answered = m_hasDifference = false;
    if (m_log) m_log->cut(m_second);
    ask();
}

void TrafficserverCollector::ask() {
    m_page.ask([this](Result<HttpResponse> response) { takePage(std::move(response)); });
}

void TrafficserverCollector::takePage(Result<HttpResponse> response) {
    if (!response) return addNoPage(response.error());
    auto stats = parseTrafficserverStats(response->body);
    if (!stats) return addNoPage(m_page.url() + " " + stats.error());
    addPage({std::move(stats.value()), m_clock.steady(), response->body.size(), response->newConnections});
}

void TrafficserverCollector::addPage(Page page) {
    m_answered = true;
    m_server = "trafficserver " + page.stats.version;
    const auto before = std::exchange(m_before, std::move(page));
    const TrafficserverStats& now = m_before->stats;
    if (!before) {
        m_refreshed = false;
        return;
    }
    bool restarted = now.readySince != before->stats.readySince;
    for (std::size_t i = 0; i < kTrafficserverStats; ++i)
        restarted = restarted || (!isOfNow(Stat(i)) && now.values[i] < before->stats.values[i]);
    // The page before was a request, too: a page that was refreshed since has counted it.
    const bool refreshed =
        restarted || now[Stat::completed_requests] != before->stats[Stat::completed_requests];
    if (!refreshed && m_before->at - before->at > kAlmostASecond) m_seldom = true;
    if (!std::exchange(m_refreshed, refreshed) || !refreshed) return;
    m_seldom = false;
    addDifference(restarted ? nullptr : &*before, now);
}

void TrafficserverCollector::addDifference(const Page* before, const TrafficserverStats& now) {
    PopTotals& totals = m_second.totals;
    for (const StatAs& as : kStatsAs)
        totals[as.counter] = 0; // lines have counted some of it
    for (const auto& [stat, counter] : kStatsAs)
        totals[counter] += now[stat].value_or(0) - (before != nullptr ? before->stats[stat].value_or(0) : 0);
    if (before != nullptr) { // the page before was counted since, as a request and as one to an origin
        takeOff(totals[requests], 1);
        takeOff(totals[status_2xx], 1);
        takeOff(totals[origin_fetches], 1);
        takeOff(totals[bytes_out], before->ownBytes);
        takeOff(totals[bytes_fill], before->ownBytes);
        takeOff(totals[connections_accepted], before->ownConnections);
    }
    if (const auto open = now[Stat::client_connections_now]) {
        m_second.connections = *open - std::min<std::uint64_t>(*open, 1); // without the agent's
        totals[connection_seconds] = *m_second.connections;
    }
    if (const auto open = now[Stat::all_connections_now]; open && m_maxConnections > 0)
        m_second[Resource::connections] = static_cast<double>(*open) / static_cast<double>(m_maxConnections);
    m_hasDifference = true;
}

void TrafficserverCollector::addNoPage(const std::string& why) {
    // Counting starts anew with the next page: what happens meanwhile is no second's.
    m_before.reset();
    m_refreshed = false;
    m_trouble = why;
}

CollectedSecond TrafficserverCollector::take() {
    if (m_page.asking()) {
        m_page.giveUp();
        addNoPage(m_page.url() + " did not answer in time");
    }
    m_second.heard = m_hasDifference || (m_answered && readsLines());
    if (m_second.heard)
        m_trouble.clear();
    else if (m_answered)
        m_trouble = m_seldom ? m_page.url() + " refreshes its numbers less than once a second, expected "
                                              "proxy.config.raw_stat_sync_interval_ms 100"
                             : std::string();
    FieldSet measured = FieldSet::of({node_seconds});
    if (m_log) measured.add(log_lines_lost);
    if (m_hasDifference) measured = measured | counterFields();
    if (m_second.heard) m_second.totals[node_seconds] = 1;
    if ((m_second.heard && readsLines()) || hasLines()) {
        measured = measured | trafficserverLineFields();
        if (!m_hasDifference) measured = measured | trafficserverTwiceTold();
    }
    if (!m_second.heard) m_second.totals[inv_pending_seconds] = 0;
    if (m_log && m_log->knowsPrefixes() && (m_second.heard || hasLines())) measured.add(new_prefix_requests);
    m_second.totals.setMeasured(measured);
    return std::exchange(m_second, {});
}

} // namespace surgescope::feeds
