// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/haproxy_collector.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;
using Column = HaproxyColumn;

/// A new process counts from zero. One that has run for longer than we looked away counted before, too.
constexpr std::uint64_t kNewProcessSeconds = 2;

struct CountedAs {
    Column column;
    Counter counter;
};
constexpr std::array kAlwaysCounted{
    CountedAs{Column::conn_tot, connections_accepted}, CountedAs{Column::dcon, connections_rejected},
    CountedAs{Column::dses, connections_rejected}, CountedAs{Column::bout, bytes_out}};
constexpr std::array kHttpCounted{
    CountedAs{Column::req_tot, requests},    CountedAs{Column::hrsp_2xx, status_2xx},
    CountedAs{Column::hrsp_3xx, status_3xx}, CountedAs{Column::hrsp_4xx, status_4xx},
    CountedAs{Column::hrsp_5xx, status_5xx}, CountedAs{Column::dreq, waf_blocked},
    CountedAs{Column::ereq, malformed}};

FieldSet haproxyLineFields() {
    return FieldSet::of({overload_errors, api_requests}, {metadata_latency, lb_latency});
}

/// What lines tell as well as counters do.
FieldSet haproxyTwiceTold() {
    return FieldSet::of({requests, bytes_out, status_2xx, status_3xx, status_4xx, status_5xx});
}

std::vector<std::string> haproxyNames(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto name = list.substr(0, list.find(','));
        if (!name.empty()) names.emplace_back(name);
        list.remove_prefix(std::min(name.size() + 1, list.size()));
    }
    return names;
}

bool isOfCache(Column column) {
    return column == Column::cache_lookups || column == Column::cache_hits;
}

bool isNow(Column column) {
    return column == Column::scur || column == Column::slim;
}

} // namespace

Result<std::unique_ptr<Collector>> HaproxyCollector::make(const CollectorSettings& settings,
                                                          const Surroundings& around) {
    const std::string socket = settings.text("socket");
    if (!socket.starts_with('/'))
        return Error{"socket: '" + socket + "', expected the absolute path of its stats socket"};
    std::unique_ptr<HaproxyCollector> haproxy(new HaproxyCollector(socket, around));
    haproxy->m_frontends = haproxyNames(settings.text("frontend"));
    if (settings.has("frontend") && haproxy->m_frontends.empty())
        return Error{"frontend: no name, expected NAME or NAME,NAME"};
    auto log = AccessLog::open(settings, around);
    if (!log) return Error{log.error()};
    haproxy->m_log = *std::move(log);
    return std::unique_ptr<Collector>(std::move(haproxy));
}

HaproxyCollector::HaproxyCollector(std::string socket, const Surroundings& around)
    : m_socket(std::move(socket)),
      m_query(around.loop, m_socket, std::string(kHaproxyCommand), kHaproxyAnswerBytes) {}

FieldSet HaproxyCollector::counterFields() const {
    FieldSet fields =
        FieldSet::of({connections_accepted, connections_rejected, connection_seconds, bytes_out});
    if (m_http.value_or(false))
        for (const CountedAs& counted : kHttpCounted)
            fields.add(counted.counter);
    if (m_cache) fields = fields | FieldSet::of({cache_hits, cache_misses});
    return fields;
}

FieldSet HaproxyCollector::lineFields() const {
    return m_log && m_log->hasCome() ? haproxyLineFields() : FieldSet();
}

Capability HaproxyCollector::capability() const {
    Capability capability;
    capability.measures = FieldSet::of({node_seconds}) | counterFields() | lineFields();
    if (m_log) capability.measures.add(log_lines_lost);
    const auto gap = [&capability](FieldSet missing, const char* because, const char* remedy = "") {
        capability.gaps.push_back({missing, because, remedy});
    };
    if (!m_log)
        gap(haproxyLineFields() | FieldSet::of({log_lines_lost}), "only HAProxy's access log tells it",
            "set lines=udp:15142 and copy the lines of resources/haproxy/surgescope.cfg");
    else if (!m_log->hasCome())
        gap(haproxyLineFields(), "no access line has come yet",
            "copy the lines of resources/haproxy/surgescope.cfg, with the port of lines=udp:…");
    if (!m_log || !m_log->knowsPrefixes()) capability.gaps.push_back(prefixGap(m_log.get()));
    if (m_http == false) {
        FieldSet http;
        for (const CountedAs& counted : kHttpCounted)
            http.add(counted.counter);
        gap(http, "its frontends are in mode tcp: they see connections and no requests");
    }
    if (!m_cache)
        gap(FieldSet::of({cache_hits, cache_misses}),
            m_frontends.empty() ? "no request was looked up in a cache of its own"
                                : "HAProxy does not say which frontend's requests its cache answered",
            m_frontends.empty() ? "" : "leave frontend= away");
    gap(FieldSet::of({origin_fetches, shield_fetches, bytes_fill, collapsed, stale_served},
                     {ttfb_hit, ttfb_miss}),
        "HAProxy balances: the servers behind it know", "run an agent beside each of them");
    gap(FieldSet::of({inv_received, inv_applied, lags_by_canary, lag_error_us, inv_pending_seconds},
                     {invalidation_lag}),
        "HAProxy hands purges on: the caches behind it apply them", "run an agent beside each of them");
    gap(FieldSet::of({retries}), "wretr counts connections to servers tried again, not requests of clients");
    gap(FieldSet::of({backlog_us_seconds}),
        "qcur tells how many requests wait, not how long the newest will");
    gap(FieldSet::of({waf_challenged, challenges_passed, bot_requests}),
        "HAProxy challenges nobody and tells no bots apart");
    return capability;
}

void HaproxyCollector::cut() {
    m_second = {};
    m_hasDifference = false;
    if (m_log) m_log->cut(m_second);
    m_query.ask([this](Result<std::string> answer) { takeAnswer(std::move(answer)); });
}

void HaproxyCollector::takeAnswer(Result<std::string> answer) {
    if (!answer) return addNoReading(answer.error());
    const auto reading = parseHaproxyReading(*answer);
    if (!reading) return addNoReading(m_socket + ": " + reading.error());
    addReading(*reading);
}

bool HaproxyCollector::isCounted(const HaproxyProxy& proxy) const {
    if (!proxy.frontend) return false;
    if (m_frontends.empty()) return proxy.name != "stats";
    return std::ranges::find(m_frontends, proxy.name) != m_frontends.end();
}

Result<HaproxyCollector::Counted> HaproxyCollector::count(const HaproxyReading& reading) {
    Counted counted{.pid = reading.pid, .logsDropped = reading.logsDropped};
    for (const std::string& name : m_frontends)
        if (std::ranges::none_of(reading.proxies,
                                 [&](const HaproxyProxy& p) { return p.frontend && p.name == name; }))
            return Error{"there is no frontend '" + name + "'"};
    m_http = false;
    for (const HaproxyProxy& proxy : reading.proxies) {
        const bool counts = isCounted(proxy);
        m_http = *m_http || (counts && proxy.http);
        for (std::size_t i = 0; i < kHaproxyColumns; ++i) {
            // Its cache is asked by frontends and by backends, each for itself.
            const bool taken = isOfCache(Column(i)) ? m_frontends.empty() : counts;
            if (taken) counted.sums[i] += proxy.values[i].value_or(0);
        }
    }
    m_cache = counted[Column::cache_lookups] > 0;
    return counted;
}

void HaproxyCollector::addReading(const HaproxyReading& reading) {
    m_server = "haproxy " + reading.version;
    if (reading.processes > 1)
        return addNoReading(m_socket + ": speaks for one of " + std::to_string(reading.processes) +
                            " processes, expected one process (nbthread in place of nbproc)");
    const auto now = count(reading);
    if (!now) return addNoReading(m_socket + ": " + now.error());
    m_trouble.clear();
    addGauges(reading, *now);
    const auto before = std::exchange(m_before, *now);
    if (!before) return; // since when?
    const bool sameProcess = before->pid == now->pid;
    if (!sameProcess && reading.uptimeSeconds > kNewProcessSeconds) {
        m_trouble = m_socket + ": another process answers, and not a new one";
        return;
    }
    addDifference(sameProcess ? *before : Counted{}, *now);
}

void HaproxyCollector::addGauges(const HaproxyReading& reading, const Counted& now) {
    const auto share = [](std::uint64_t of, std::uint64_t most) {
        return static_cast<double>(of) / static_cast<double>(most);
    };
    m_second.connections = now[Column::scur];
    m_second.totals[connection_seconds] = now[Column::scur];
    m_second[Resource::workers] = reading.busy;
    // A frontend may be full long before the process is.
    auto& fullest = m_second[Resource::connections];
    if (reading.mostConnections > 0) fullest = share(reading.connections, reading.mostConnections);
    for (const HaproxyProxy& proxy : reading.proxies)
        if (isCounted(proxy) && proxy[Column::slim].value_or(0) > 0)
            fullest =
                std::max(fullest.value_or(0), share(proxy[Column::scur].value_or(0), *proxy[Column::slim]));
}

void HaproxyCollector::addDifference(const Counted& before, const Counted& now) {
    // A counter that went backwards was set to zero, by a restart or by "clear counters all", which does
    // the same to all of them: what they count now happened since, within this second.
    bool cleared = now.logsDropped < before.logsDropped;
    for (std::size_t i = 0; i < kHaproxyColumns; ++i)
        cleared = cleared || (!isNow(Column(i)) && now.sums[i] < before.sums[i]);
    const Counted base = cleared ? Counted{} : before;
    const auto since = [&](Column c) { return now[c] - base[c]; };

    PopTotals& totals = m_second.totals;
    for (const CountedAs& counted : kHttpCounted)
        totals[counted.counter] = 0; // lines have counted some of it
    totals[bytes_out] = 0;
    for (const CountedAs& counted : kAlwaysCounted)
        totals[counted.counter] += since(counted.column);
    for (const CountedAs& counted : kHttpCounted)
        totals[counted.counter] += since(counted.column);
    totals[cache_hits] = since(Column::cache_hits);
    totals[cache_misses] =
        since(Column::cache_lookups) - std::min(since(Column::cache_hits), since(Column::cache_lookups));
    if (m_log) totals[log_lines_lost] += now.logsDropped - base.logsDropped;
    m_hasDifference = true;
}

void HaproxyCollector::addNoReading(const std::string& why) {
    // Counting starts anew with the next answer: what happens meanwhile is no second's.
    m_before.reset();
    m_trouble = why;
}

CollectedSecond HaproxyCollector::take() {
    if (m_query.asking()) {
        m_query.giveUp();
        addNoReading(m_socket + ": did not answer in time");
    }
    m_second.heard = m_hasDifference;
    FieldSet measured = FieldSet::of({node_seconds});
    if (m_log) measured.add(log_lines_lost);
    if (m_second.heard) {
        m_second.totals[node_seconds] = 1;
        measured = measured | counterFields() | lineFields();
    } else if (hasLines()) {
        measured =
            measured | lineFields() | haproxyTwiceTold(); // it was there for a part: what it logged, it did
    }
    if (m_log && m_log->knowsPrefixes() && (m_second.heard || hasLines())) measured.add(new_prefix_requests);
    m_second.totals.setMeasured(measured);
    return std::exchange(m_second, {});
}

} // namespace surgescope::feeds
