// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_totals.h"
#include "feeds/model/reading.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

/// What a number counts; decides prefix and unit on the screen.
enum class Unit : std::uint8_t {
    perSecond,      // 41.8 M/s
    bitsPerSecond,  // 38.2 Tb/s
    bytesPerSecond, // 4.20 MB/s
    microseconds,   // 262 ms, 4.8 s
    ratio,          // 0.914 is 91.4 %
    count,          // 2.10 M
    nodes,          // 2,104
    keys,           // 2.10 M: cache keys, on every node that has them
};
/// For tables and files: "1/s", "bit/s", "bytes/s", "us", "ratio", "count", "nodes", "keys x nodes".
std::string_view symbolOf(Unit unit);

/// How a number is computed from totals of some seconds. All but one kind are of sums, so they can be read of
/// any place and any time.
struct Formula {
    enum class Kind : std::uint8_t {
        rate,       // part × factor / seconds; of an integral over time, its mean
        ratio,      // part / (whole + wholeToo)
        perNode,    // part × factor / node_seconds
        nodesAbove, // nodes at `permille` saturation or more
        quantile,   // of a distribution
        coverage,   // node-seconds measured / expected
        announced,  // not counted at the edge but told of the whole service (Global); of the world alone
    };
    Kind kind = Kind::rate;
    Counter part{};
    Counter whole{};
    std::optional<Counter> wholeToo;
    double factor = 1;
    Distribution distribution{};
    double q = 0;
    std::uint32_t permille = 0;

    static constexpr Formula rate(Counter part, double factor = 1) {
        return {.kind = Kind::rate, .part = part, .factor = factor};
    }
    static constexpr Formula ratio(Counter part, Counter whole, std::optional<Counter> wholeToo = {}) {
        return {.kind = Kind::ratio, .part = part, .whole = whole, .wholeToo = wholeToo};
    }
    /// Of the sums of thousandths: 1 is full.
    static constexpr Formula perNode(Counter part, double factor = 1e-3) {
        return {.kind = Kind::perNode, .part = part, .factor = factor};
    }
    static constexpr Formula nodesAbove(std::uint32_t permille) {
        return {.kind = Kind::nodesAbove, .part = Counter::saturation_permille_seconds, .permille = permille};
    }
    static constexpr Formula quantile(Distribution distribution, double q) {
        return {.kind = Kind::quantile, .distribution = distribution, .q = q};
    }
    static constexpr Formula coverage() { return {.kind = Kind::coverage, .part = Counter::node_seconds}; }
    static constexpr Formula announced() { return {.kind = Kind::announced}; }
};

/// What stands for several points in one column of a chart. Rates and shares are averaged; of quantiles and
/// of ratios the worst is taken, for a mean of those would mean nothing.
enum class Reduction : std::uint8_t { mean, highest, lowest };

// Every number that is computed from totals: its name in statistics, files and rules; in words; unit;
// reduction; formula. Whoever shows, exports, charts or judges a number names it and holds none of this
// himself: a new one is a line here and, where it is counted for the first time, a field in pop_totals.h.
#define SURGESCOPE_MEASURES(X)                                                                               \
    X(requests_per_second, "requests", perSecond, mean, rate(Counter::requests))                             \
    X(egress_bits_per_second, "egress", bitsPerSecond, mean, rate(Counter::bytes_out, 8))                    \
    X(saturation, "saturation", ratio, mean, perNode(Counter::saturation_permille_seconds))                  \
    X(coverage, "coverage", ratio, mean, coverage())                                                         \
    X(hit_ratio, "hit ratio", ratio, lowest,                                                                 \
      ratio(Counter::cache_hits, Counter::cache_hits, Counter::cache_misses))                                \
    X(error_ratio, "error ratio", ratio, highest, ratio(Counter::status_5xx, Counter::requests))             \
    X(ttfb_hit_p95_us, "TTFB hit p95", microseconds, highest, quantile(Distribution::ttfb_hit, 0.95))        \
    X(ttfb_miss_p95_us, "TTFB miss p95", microseconds, highest, quantile(Distribution::ttfb_miss, 0.95))     \
    X(metadata_p50_us, "metadata p50", microseconds, highest,                                                \
      quantile(Distribution::metadata_latency, 0.50))                                                        \
    X(metadata_p95_us, "metadata p95", microseconds, highest,                                                \
      quantile(Distribution::metadata_latency, 0.95))                                                        \
    X(metadata_p99_us, "metadata p99", microseconds, highest,                                                \
      quantile(Distribution::metadata_latency, 0.99))                                                        \
    X(lb_p50_us, "load balancer p50", microseconds, highest, quantile(Distribution::lb_latency, 0.50))       \
    X(lb_p95_us, "load balancer p95", microseconds, highest, quantile(Distribution::lb_latency, 0.95))       \
    X(invalidation_lag_p50_us, "invalidation lag p50", microseconds, highest,                                \
      quantile(Distribution::invalidation_lag, 0.50))                                                        \
    X(invalidation_lag_p95_us, "invalidation lag p95", microseconds, highest,                                \
      quantile(Distribution::invalidation_lag, 0.95))                                                        \
    X(invalidation_lag_p99_us, "invalidation lag p99", microseconds, highest,                                \
      quantile(Distribution::invalidation_lag, 0.99))                                                        \
    X(clock_offset_p95_us, "clocks off p95", microseconds, highest,                                          \
      quantile(Distribution::clock_offset, 0.95))                                                            \
    X(invalidations_pending, "invalidations pending", keys, mean, rate(Counter::inv_pending_seconds))        \
    X(invalidations_missing, "invalidations missing", keys, mean, rate(Counter::inv_missing_seconds))        \
    X(invalidations_per_second, "invalidations applied", perSecond, mean, rate(Counter::inv_applied))        \
    X(invalidations_received_per_second, "invalidations received", perSecond, mean,                          \
      rate(Counter::inv_received))                                                                           \
    X(invalidation_lag_error_us, "invalidation lag off by up to", microseconds, highest,                     \
      ratio(Counter::lag_error_us, Counter::inv_applied))                                                    \
    X(lag_by_canary_ratio, "lags by canary", ratio, highest,                                                 \
      ratio(Counter::lags_by_canary, Counter::inv_applied))                                                  \
    X(waf_blocked_per_second, "WAF blocked", perSecond, mean, rate(Counter::waf_blocked))                    \
    X(waf_challenged_per_second, "WAF challenged", perSecond, mean, rate(Counter::waf_challenged))           \
    X(challenges_passed_ratio, "challenges passed", ratio, highest,                                          \
      ratio(Counter::challenges_passed, Counter::waf_challenged))                                            \
    X(people_challenged_ratio, "people challenged", ratio, highest,                                          \
      ratio(Counter::challenges_passed, Counter::requests))                                                  \
    X(malformed_per_second, "malformed", perSecond, mean, rate(Counter::malformed))                          \
    X(bot_ratio, "bots", ratio, highest, ratio(Counter::bot_requests, Counter::requests))                    \
    X(new_prefix_ratio, "new prefixes", ratio, highest,                                                      \
      ratio(Counter::new_prefix_requests, Counter::requests))                                                \
    X(api_requests_per_second, "API requests", perSecond, mean, rate(Counter::api_requests))                 \
    X(retry_ratio, "retries", ratio, highest, ratio(Counter::retries, Counter::api_requests))                \
    X(client_error_ratio, "4xx ratio", ratio, highest, ratio(Counter::status_4xx, Counter::requests))        \
    X(overload_ratio, "overload ratio", ratio, highest, ratio(Counter::overload_errors, Counter::requests))  \
    X(shield_fetches_per_second, "shield fetches", perSecond, mean, rate(Counter::shield_fetches))           \
    X(origin_fetches_per_second, "origin fetches", perSecond, mean, rate(Counter::origin_fetches))           \
    X(fill_bits_per_second, "fill", bitsPerSecond, mean, rate(Counter::bytes_fill, 8))                       \
    X(collapsed_per_second, "collapsed", perSecond, mean, rate(Counter::collapsed))                          \
    X(stale_ratio, "stale served", ratio, highest, ratio(Counter::stale_served, Counter::requests))          \
    X(spilled_in_per_second, "spilled in", perSecond, mean, rate(Counter::spilled_in))                       \
    X(spilled_out_per_second, "spilled out", perSecond, mean, rate(Counter::spilled_out))                    \
    X(spill_unplaced_per_second, "found no room", perSecond, mean, rate(Counter::spill_unplaced))            \
    X(connections, "connections", count, mean, rate(Counter::connection_seconds))                            \
    X(connections_rejected_per_second, "connections rejected", perSecond, mean,                              \
      rate(Counter::connections_rejected))                                                                   \
    X(streams, "streams", count, mean, rate(Counter::stream_seconds))                                        \
    X(nodes_above_critical, "nodes at 90 % or more", nodes, mean, nodesAbove(900))                           \
    X(cpu, "cpu", ratio, mean, perNode(Counter::cpu_permille_seconds))                                       \
    X(nic, "nic", ratio, mean, perNode(Counter::nic_permille_seconds))                                       \
    X(memory, "memory", ratio, mean, perNode(Counter::memory_permille_seconds))                              \
    X(disk, "disk", ratio, mean, perNode(Counter::disk_permille_seconds))                                    \
    X(backlog_us, "backlog", microseconds, mean, perNode(Counter::backlog_us_seconds, 1))                    \
    X(cpu_waiting, "waiting for a core", ratio, mean, perNode(Counter::cpu_waiting_us, 1e-6))                \
    X(memory_waiting, "waiting for memory", ratio, mean, perNode(Counter::memory_waiting_us, 1e-6))          \
    X(io_waiting, "waiting for a disk", ratio, mean, perNode(Counter::io_waiting_us, 1e-6))                  \
    X(tcp_retransmit_ratio, "TCP sent again", ratio, highest,                                                \
      ratio(Counter::tcp_retransmits, Counter::tcp_segments))                                                \
    X(log_lines_lost_per_second, "log lines lost", perSecond, mean, rate(Counter::log_lines_lost))           \
    X(listeners, "listeners", count, mean, announced())                                                      \
    X(recommender_signal, "recommender signal to noise", count, lowest, announced())                         \
    X(recommender_trend, "recommended by trend", ratio, highest, announced())                                \
    X(churn_ppm_per_hour, "churn, ppm per hour", count, highest, announced())

enum class Measure : std::uint8_t {
#define X(name, ...) name,
    SURGESCOPE_MEASURES(X)
#undef X
};

#define X(...) +1
inline constexpr std::size_t kMeasureCount = 0 SURGESCOPE_MEASURES(X);
#undef X

struct MeasureInfo {
    std::string_view name;  // snake case
    std::string_view words; // for people
    Unit unit{};
    Reduction reduction{};
    Formula formula;
};

const MeasureInfo& infoOf(Measure measure);
/// It is read from a histogram, and sums say nothing of it.
bool isQuantile(Measure measure);
/// It is told, and no totals say anything of it.
bool isAnnounced(Measure measure);
/// Nothing: there is no measure of that name.
std::optional<Measure> measureNamed(std::string_view name);

/// The two sums a measure is the quotient of, times its formula's factor: they add up over seconds and
/// places, and so do what they are of: nothing observed is nothing in both. Quantiles and what is announced
/// have none.
struct MeasureParts {
    std::uint64_t part = 0;
    std::uint64_t whole = 0;

    /// Modulo 2^64, so that the difference of two running sums is right however long they run.
    MeasureParts operator+(const MeasureParts& more) const { return {part + more.part, whole + more.whole}; }
    MeasureParts operator-(const MeasureParts& less) const { return {part - less.part, whole - less.whole}; }
    bool operator==(const MeasureParts&) const = default;
};
/// The number; nothing: the whole is nothing.
std::optional<double> quotient(Measure measure, const MeasureParts& parts);

/// What totals are of.
struct Observed {
    double seconds = 1;             // in which somebody reported
    double expectedNodeSeconds = 0; // by the roster; 0: no roster is known, and what reports is all there is
};

/// Reads measures from totals. `whole` tells how much of the place they cover: no reading is of better
/// quality. Keeps a reference to the totals.
class MeasureReader {
  public:
    MeasureReader(const PopTotals& totals, const Observed& of, Quality whole)
        : m_totals(totals), m_of(of), m_whole(whole) {}

    Reading read(Measure measure) const;
    /// Nothing: it is a quantile or announced, or nobody who reports measures it. Of a rate, `whole` counts
    /// seconds.
    std::optional<MeasureParts> parts(Measure measure) const;
    /// Of how many requests, nodes or other things it is the ratio, mean or quantile: so few may say nothing.
    double samples(Measure measure) const;

  private:
    template <class Field> Quality quality(Field field) const {
        if (!m_totals.measuredByAny.has(field)) return Quality::notMeasured;
        if (m_whole == Quality::measured && !m_totals.measuredByAll.has(field)) return Quality::partial;
        return m_whole;
    }
    Quality quality(const Formula& formula) const;

    const PopTotals& m_totals;
    Observed m_of;
    Quality m_whole;
};

} // namespace surgescope::feeds
