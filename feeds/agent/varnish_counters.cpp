// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_counters.h"

#include <limits>
#include <utility>

namespace surgescope::feeds {
namespace {

using enum VarnishCounter;

constexpr std::array<std::pair<std::string_view, VarnishCounter>, 20> kMainCounters{{
    {"client_req", client_req},
    {"client_req_400", client_req_400},
    {"client_req_417", client_req_417},
    {"cache_hit", cache_hit},
    {"cache_hit_grace", cache_hit_grace},
    {"cache_miss", cache_miss},
    {"busy_sleep", busy_sleep},
    {"s_resp_hdrbytes", s_resp_hdrbytes},
    {"s_resp_bodybytes", s_resp_bodybytes},
    {"s_pipe_out", s_pipe_out},
    {"sess_conn", sess_conn},
    {"sess_fail", sess_fail},
    {"sess_fail_econnaborted", sess_fail_econnaborted},
    {"sess_fail_eintr", sess_fail_eintr},
    {"sc_overload", sc_overload},
    {"req_dropped", req_dropped},
    {"threads_limited", threads_limited},
    {"thread_queue_len", thread_queue_len},
    {"bans", bans},
    {"bans_completed", bans_completed},
}};
constexpr std::array<std::pair<std::string_view, VarnishCounter>, 4> kBackendCounters{{
    {"req", backend_req},
    {"beresp_hdrbytes", backend_beresp_hdrbytes},
    {"beresp_bodybytes", backend_beresp_bodybytes},
    {"pipe_in", backend_pipe_in},
}};

std::optional<VarnishCounter> varnishNamed(std::string_view name, const auto& table) {
    for (const auto& [known, counter] : table)
        if (known == name) return counter;
    return std::nullopt;
}

bool isVarnishGauge(VarnishCounter counter) {
    return counter >= thread_queue_len;
}

} // namespace

std::optional<VarnishCounter> varnishCounter(std::string_view name) {
    const auto last = name.substr(name.rfind('.') + 1); // names of backends hold dots, too
    if (name.starts_with("MAIN.")) return varnishNamed(name.substr(5), kMainCounters);
    if (name.starts_with("VBE.")) return varnishNamed(last, kBackendCounters);
    if (name.starts_with("MEMPOOL.sess") && last == "live") return sessions_live;
    return std::nullopt;
}

void VarnishCounters::add(std::string_view name, Value value, bool fromNow) {
    if (const auto counter = varnishCounter(name))
        m_points.insert_or_assign(value, Point{*counter, fromNow ? *value : 0});
}

void VarnishCounters::remove(Value value) {
    const auto found = m_points.find(value);
    if (found == m_points.end()) return;
    if (!isVarnishGauge(found->second.counter)) count(value, found->second);
    m_points.erase(found);
}

void VarnishCounters::count(Value value, Point& point) {
    const std::uint64_t now = *value;
    std::uint64_t& sum = m_counted.values[static_cast<std::size_t>(point.counter)];
    if (isVarnishGauge(point.counter)) {
        // Several threads take from a gauge: it can be below zero for a moment.
        sum += now > std::uint64_t{std::numeric_limits<std::int64_t>::max()} ? 0 : now;
        return;
    }
    sum += now >= point.seen ? now - point.seen : now; // backwards: it began anew
    point.seen = now;
}

VarnishCounters::Reading VarnishCounters::read() {
    for (auto& [value, point] : m_points)
        count(value, point);
    return std::exchange(m_counted, {});
}

} // namespace surgescope::feeds
