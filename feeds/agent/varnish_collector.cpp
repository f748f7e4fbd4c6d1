// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_collector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum Counter;
using enum Distribution;

constexpr std::chrono::seconds kVarnishRefusalsInterval{10};
constexpr int kLogPartsAtOnce = 64; // between two looks at the clock

FieldSet varnishCounted() {
    return FieldSet::of({connections_accepted, connections_rejected, connection_seconds, origin_fetches,
                         bytes_fill, inv_pending_seconds});
}

/// By the log where it is read, by counters else.
FieldSet varnishEither() {
    return FieldSet::of({requests, cache_hits, cache_misses, collapsed, stale_served, bytes_out, malformed});
}

FieldSet varnishLogged() {
    return FieldSet::of({status_2xx, status_3xx, status_4xx, status_5xx, overload_errors, api_requests,
                         inv_received, inv_applied, lags_by_canary, lag_error_us, log_lines_lost},
                        {ttfb_hit, ttfb_miss, metadata_latency, invalidation_lag});
}

std::uint64_t varnishLess(std::uint64_t from, std::uint64_t what) {
    return from > what ? from - what : 0;
}

} // namespace

Result<std::unique_ptr<Collector>> VarnishCollector::make(const CollectorSettings& settings,
                                                          const Surroundings& around) {
    const std::string log = settings.text("log", "yes");
    if (log != "yes" && log != "no") return Error{"log: '" + log + "', expected yes or no"};
    std::unique_ptr<VarnishCollector> varnish(new VarnishCollector(settings, around, log == "yes"));
    auto memory = VarnishMemory::open(settings.text("name"), varnish->m_readsLog, varnish->m_counters);
    if (!memory) return Error{memory.error()};
    varnish->m_memory = *std::move(memory);
    varnish->m_memory->refresh(); // what Varnish has done before this is not counted
    if (varnish->m_readsLog) {
        varnish->m_log.emplace(varnish->m_memory->logFormat());
        varnish->m_prefixes.emplace(around.clock.steady());
        varnish->m_tally.watchPrefixes(*varnish->m_prefixes);
        varnish->m_looking = around.loop.every(kPeriod, [self = varnish.get()] { self->readLog(); });
    }
    return std::unique_ptr<Collector>(std::move(varnish));
}

VarnishCollector::VarnishCollector(const CollectorSettings& settings, const Surroundings& around,
                                   bool readsLog)
    : m_clock(around.clock),
      m_source(settings.has("name") ? "varnish -n " + settings.text("name") : "varnish"),
      m_readsLog(readsLog), m_tally(settings.text("api-prefix", "/api/")) {
    m_tally.setLagError(std::chrono::microseconds(1));
}

std::string VarnishCollector::server() const {
    return m_runs ? "varnish " + m_memory->version() : std::string();
}

FieldSet VarnishCollector::fields() const {
    FieldSet fields = FieldSet::of({node_seconds}) | varnishCounted() | varnishEither();
    if (m_readsLog) fields = fields | varnishLogged();
    if (m_vclTellsDenied) fields.add(waf_blocked);
    if (m_prefixes && m_prefixes->hasLearned()) fields.add(new_prefix_requests);
    return fields;
}

Capability VarnishCollector::capability() const {
    Capability capability{.measures = fields(), .gaps = {}};
    const auto gap = [&capability](FieldSet missing, const char* because, const char* remedy = "") {
        capability.gaps.push_back({missing, because, remedy});
    };
    if (!m_readsLog)
        gap(varnishLogged() | FieldSet::of({waf_blocked, new_prefix_requests}), "only Varnish's log tells it",
            "leave log=no out");
    if (m_prefixes && !m_prefixes->hasLearned())
        gap(FieldSet::of({new_prefix_requests}),
            "the first ten minutes are learnt from: everybody would be new");
    if (m_readsLog && !m_vclTellsDenied)
        gap(FieldSet::of({waf_blocked}), "the VCL has not said yet that it refused anybody",
            "log surgescope:denied where it does, as resources/varnish/surgescope.vcl shows");
    gap(FieldSet::of({shield_fetches}), "Varnish does not say whether a backend is a shield or the origin");
    gap(FieldSet::of({waf_challenged, challenges_passed, bot_requests}),
        "Varnish challenges nobody and tells no bots apart");
    gap(FieldSet::of({backlog_us_seconds}), "Varnish tells how many wait for a thread, and not for how long");
    return capability;
}

void VarnishCollector::readLog() {
    using enum VarnishMemory::LogState;
    const SteadyTime start = m_clock.steady();
    VarnishMemory::LogPart log;
    for (int parts = 1;; ++parts) {
        switch (m_memory->next(log)) {
        case part: takePart(log); break;
        case closed: m_log->forget(); break;
        case overrun:
            m_log->forget();
            m_overrun = true;
            return;
        case end: m_behind = false; return;
        }
        if (parts % kLogPartsAtOnce == 0 && m_clock.steady() - start > kLongestLook) break;
    }
    m_behind = true;
}

void VarnishCollector::takePart(const VarnishMemory::LogPart& part) {
    if (part.transaction == 0) return;
    const auto exchange = m_log->read(part.transaction, part.words);
    if (!m_memory->intact()) return; // the next one says that it was overrun
    if (!exchange) {
        m_tally.addRefused(exchange.error());
    } else if (*exchange) {
        m_vclTellsDenied = m_vclTellsDenied || (*exchange)->denied;
        m_tally.add(**exchange);
    }
}

void VarnishCollector::cut() {
    m_runs = m_memory->refresh();
    m_trouble = m_memory->trouble();
    if (m_log) readLog(); // also when Varnish is gone: what it logged is still there
    const VarnishCounters::Reading counted = m_counters.read();
    m_second = {};
    m_second.heard = m_runs;
    if (m_log) {
        countLost(counted);
        m_prefixes->turn(m_clock.steady());
        logRefusals();
        m_second.totals = m_tally.cut();
    }
    takeCounters(counted);
}

/// How much of an overrun log was not read is known by counters alone; about, for they count a request when
/// it begins, and the log tells it when it ends.
void VarnishCollector::countLost(const VarnishCounters::Reading& counted) {
    m_unlogged += counted[VarnishCounter::client_req];
    m_unlogged = varnishLess(m_unlogged, m_tally.exchanges());
    if (m_overrun) m_tally.addLost(std::max<std::uint64_t>(m_unlogged, 1));
    if (m_overrun || !m_behind) m_unlogged = 0;
    m_overrun = false;
}

void VarnishCollector::logRefusals() {
    const SteadyTime now = m_clock.steady();
    const std::uint64_t refused = m_tally.linesRefused();
    if (refused == m_refusalsSeen || now < m_nextRefusalsLog) return;
    spdlog::warn("{}: {} requests of the log refused, the last because: {}", m_source,
                 refused - m_refusalsSeen, m_tally.lastRefusal());
    m_refusalsSeen = refused;
    m_nextRefusalsLog = now + kVarnishRefusalsInterval;
}

void VarnishCollector::takeCounters(const VarnishCounters::Reading& counted) {
    using C = VarnishCounter;
    PopTotals& totals = m_second.totals;
    totals[origin_fetches] = counted[C::backend_req];
    totals[bytes_fill] = counted[C::backend_beresp_hdrbytes] + counted[C::backend_beresp_bodybytes] +
                         counted[C::backend_pipe_in];
    totals[connections_accepted] = counted[C::sess_conn];
    // A client that left before it was accepted was not rejected.
    const std::uint64_t failed =
        varnishLess(counted[C::sess_fail], counted[C::sess_fail_econnaborted] + counted[C::sess_fail_eintr]);
    // Of sess_dropped, which sc_overload contains, a Varnish without a free thread does not tell.
    totals[connections_rejected] = failed + counted[C::sc_overload] + counted[C::req_dropped];
    if (!m_log) {
        totals[requests] = counted[C::client_req];
        totals[malformed] = counted[C::client_req_400] + counted[C::client_req_417];
        totals[cache_hits] = counted[C::cache_hit];
        totals[stale_served] = counted[C::cache_hit_grace];
        totals[cache_misses] = counted[C::cache_miss];
        totals[collapsed] = counted[C::busy_sleep];
        totals[bytes_out] =
            counted[C::s_resp_hdrbytes] + counted[C::s_resp_bodybytes] + counted[C::s_pipe_out];
    }
    if (!m_second.heard) return;
    m_second.connections = counted[C::sessions_live];
    totals[connection_seconds] = counted[C::sessions_live];
    // Of numbered purges those that are missing, and bans that are not worked off yet.
    const std::uint64_t pending =
        m_tally.purgeSequence().pending() + varnishLess(counted[C::bans], counted[C::bans_completed]);
    m_second.invalidationsPending = pending;
    totals[inv_pending_seconds] = pending;
    // How many threads are busy is not told; when some are waited for, all are.
    if (counted[C::thread_queue_len] > 0 || counted[C::threads_limited] > 0)
        m_second[Resource::workers] = 1.0;
}

CollectedSecond VarnishCollector::take() {
    FieldSet measured = FieldSet::of({node_seconds});
    if (m_second.heard) {
        m_second.totals[node_seconds] = 1;
        measured = fields();
    } else {
        m_second.totals[inv_pending_seconds] = 0;
        if (m_second.totals[requests] > 0)
            // What it served before it went away, it served.
            measured = fields() - FieldSet::of({connection_seconds, inv_pending_seconds});
        else if (m_log)
            measured.add(log_lines_lost);
    }
    m_second.totals.setMeasured(measured);
    return std::exchange(m_second, {});
}

} // namespace surgescope::feeds
