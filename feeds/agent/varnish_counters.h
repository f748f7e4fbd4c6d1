// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace surgescope::feeds {

/// What is read of varnish-counters(7), each summed over the backends and thread pools that have it.
enum class VarnishCounter : std::uint8_t {
    client_req,
    client_req_400,
    client_req_417,
    cache_hit,
    cache_hit_grace,
    cache_miss,
    busy_sleep,
    s_resp_hdrbytes,
    s_resp_bodybytes,
    s_pipe_out,
    sess_conn,
    sess_fail,
    sess_fail_econnaborted,
    sess_fail_eintr,
    sc_overload,
    req_dropped,
    threads_limited,
    backend_req,             // VBE.*.req
    backend_beresp_hdrbytes, // VBE.*.beresp_hdrbytes, and so on
    backend_beresp_bodybytes,
    backend_pipe_in,
    // Gauges from here on.
    thread_queue_len,
    bans,
    bans_completed,
    sessions_live // MEMPOOL.sess*.live
};
inline constexpr std::size_t kVarnishCounters = 25;

/// The one with this name in varnishstat, "VBE.boot.origin.req"; nothing: it is not read.
std::optional<VarnishCounter> varnishCounter(std::string_view name);

/// Adds up what Varnish's counters did between two looks, while they come and go: each time its child process
/// starts anew, and with each VCL's backends. One thread at a time.
class VarnishCounters {
  public:
    using Value = const volatile std::uint64_t*;

    /// A counter is there. `fromNow`: what it has counted so far is not ours; otherwise all of it is new.
    /// `value` must stay readable until remove().
    void add(std::string_view name, Value value, bool fromNow);
    /// It is going away; what it has counted until now is kept.
    void remove(Value value);
    /// None is there: Varnish is not.
    bool empty() const { return m_points.empty(); }

    struct Reading {
        std::array<std::uint64_t, kVarnishCounters> values{};
        std::uint64_t operator[](VarnishCounter c) const { return values[static_cast<std::size_t>(c)]; }
    };
    /// What was counted since the last reading, and what gauges show now.
    Reading read();

  private:
    struct Point {
        VarnishCounter counter;
        std::uint64_t seen;
    };
    void count(Value value, Point& point);

    std::unordered_map<Value, Point> m_points;
    Reading m_counted; // since the last reading
};

} // namespace surgescope::feeds
