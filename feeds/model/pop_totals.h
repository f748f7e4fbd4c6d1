// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/exponential_histogram.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace surgescope::feeds {

// What is counted: name, field number in wire/telemetry.proto, unit. Everything here adds up: over
// publishers, PoPs, regions and time. A gauge is carried as its integral over the interval (value × seconds),
// so that it adds up too; divided by node_seconds or by the interval's length it is a mean again.
#define SURGESCOPE_COUNTERS(X)                                                                               \
    X(node_seconds, 10, "{node}.s")    /* nodes that were really measured × seconds: the coverage */        \
    X(requests, 11, "{request}")       /* client requests completed */                                       \
    X(cache_hits, 12, "{request}")     /* served from the local cache, stale ones included */                \
    X(cache_misses, 13, "{request}")   /* needed a fetch; passes are neither hit nor miss */                 \
    X(collapsed, 14, "{request}")      /* of the hits, waited for another request's fetch */                 \
    X(stale_served, 15, "{request}")   /* served although expired or invalidated */                          \
    X(shield_fetches, 16, "{request}") /* fetches from edge to shield */                                     \
    X(origin_fetches, 17, "{request}") /* fetches to the origin */                                           \
    X(bytes_out, 18, "By")             /* headers and bodies to clients */                                   \
    X(bytes_fill, 19, "By")            /* from shield or origin */                                           \
    X(connections_accepted, 20, "{connection}")                                                              \
    X(connections_rejected, 21, "{connection}")                                                              \
    X(connection_seconds, 22, "{connection}.s")                                                              \
    X(status_2xx, 23, "{response}")                                                                          \
    X(status_3xx, 24, "{response}")                                                                          \
    X(status_4xx, 25, "{response}")                                                                          \
    X(status_5xx, 26, "{response}")                                                                          \
    X(overload_errors, 27, "{response}") /* 429, 503 and 504; contained in the two classes above */          \
    X(api_requests, 28, "{request}")     /* metadata and API class; contained in requests */                 \
    X(malformed, 29, "{request}")        /* not parseable, refused before routing */                         \
    X(waf_blocked, 30, "{request}")                                                                          \
    X(waf_challenged, 31, "{request}")                                                                       \
    X(bot_requests, 32, "{request}") /* classified as automated; contained in requests */                    \
    X(inv_received, 33, "{key}")     /* invalidations, in cache keys × nodes */                             \
    X(inv_applied, 34, "{key}")                                                                              \
    X(inv_pending_seconds, 35, "{key}.s")        /* known but not applied */                                 \
    X(saturation_permille_seconds, 36, "0.1%.s") /* sum over nodes of saturation, 1000 = at the knee */      \
    X(cpu_permille_seconds, 37, "0.1%.s")                                                                    \
    X(nic_permille_seconds, 38, "0.1%.s")                                                                    \
    X(memory_permille_seconds, 39, "0.1%.s")                                                                 \
    X(log_lines_lost, 40, "{line}") /* access log lines a collector could not read or never got */           \
    X(disk_permille_seconds, 46, "0.1%.s")                                                                   \
    X(backlog_us_seconds, 47, "us.s")       /* how long the newest request waits for a core */               \
    X(stream_seconds, 48, "{stream}.s")     /* sessions that asked for a segment of late */                  \
    X(challenges_passed, 49, "{request}")   /* challenged, and turned out to be a person */                  \
    X(new_prefix_requests, 50, "{request}") /* of the requests, from prefixes never seen before */           \
    X(retries, 51, "{request}")             /* of the api_requests, repeated after a failure */              \
    X(inv_missing_seconds, 52, "{key}.s")   /* of those pending, known by sequence only */                   \
    X(spilled_in, 53, "{request}")          /* of the requests, by other PoPs' clients */                    \
    X(spilled_out, 54, "{request}")         /* by this PoP's clients, sent to other PoPs */                  \
    X(spill_unplaced, 55, "{request}")      /* of the requests, too many, but no PoP had room */             \
    X(messages_lost, 57, "{message}")       /* missing in what a relay heard of its agents */                \
    X(messages_refused, 58, "{message}")    /* of what a relay heard */                                      \
    X(lags_by_canary, 59, "{key}")   /* of inv_applied, seen by a client; all others by purge stamps */      \
    X(lag_error_us, 60, "us.{key}")  /* how far off these lags may be, clocks aside; of all inv_applied */   \
    X(tcp_segments, 61, "{segment}") /* sent by the machine, those sent again left out */                    \
    X(tcp_retransmits, 62, "{segment}") /* sent again */                                                     \
    X(cpu_waiting_us, 63, "us")         /* time in which something on the machine waited for a core (PSI) */ \
    X(memory_waiting_us, 64, "us")      /* the same, for memory */                                           \
    X(io_waiting_us, 65, "us")          /* the same, for a disk */

// Distributions, all in microseconds: name, field number. Quantiles are read from the merged histogram and
// from nothing else.
#define SURGESCOPE_DISTRIBUTIONS(X)                                                                          \
    X(ttfb_hit, 41)         /* request headers complete to first byte, cache hits */                         \
    X(ttfb_miss, 42)        /* the same, misses; the two are never mixed */                                  \
    X(metadata_latency, 43) /* API class; fast refusals are left out and counted as overload_errors */       \
    X(lb_latency, 44)       /* added by the load balancer: queue, processing, connect */                     \
    X(invalidation_lag, 45) /* applied minus issued by the node's clock, per key and node */                 \
    X(clock_offset, 56)     /* how far a node's clock is off, either way, per node and second */

enum class Counter : std::uint8_t {
#define X(name, number, unit) name,
    SURGESCOPE_COUNTERS(X)
#undef X
};

enum class Distribution : std::uint8_t {
#define X(name, number) name,
    SURGESCOPE_DISTRIBUTIONS(X)
#undef X
};

#define X(...) +1
inline constexpr std::size_t kCounterCount = 0 SURGESCOPE_COUNTERS(X);
inline constexpr std::size_t kDistributionCount = 0 SURGESCOPE_DISTRIBUTIONS(X);
#undef X

std::string_view nameOf(Counter counter);
std::string_view unitOf(Counter counter);
std::string_view nameOf(Distribution distribution);

/// The field's number in PopTotals on the wire.
constexpr int fieldNumber(Counter counter) {
    constexpr std::array<int, kCounterCount> numbers{
#define X(name, number, unit) number,
        SURGESCOPE_COUNTERS(X)
#undef X
    };
    return numbers[static_cast<std::size_t>(counter)];
}
constexpr int fieldNumber(Distribution distribution) {
    constexpr std::array<int, kDistributionCount> numbers{
#define X(name, number) number,
        SURGESCOPE_DISTRIBUTIONS(X)
#undef X
    };
    return numbers[static_cast<std::size_t>(distribution)];
}

/// Which fields a publisher can really measure. "Not measured" is not zero, all the way to the pixel.
class FieldSet {
  public:
    constexpr FieldSet() = default;
    constexpr explicit FieldSet(std::uint64_t bits) : m_bits(bits & kAll) {}
    static constexpr FieldSet all() { return FieldSet(kAll); }
    static constexpr FieldSet of(std::initializer_list<Counter> counters,
                                 std::initializer_list<Distribution> distributions = {}) {
        FieldSet fields;
        for (const Counter c : counters)
            fields.add(c);
        for (const Distribution d : distributions)
            fields.add(d);
        return fields;
    }

    constexpr bool has(Counter c) const { return (m_bits & bit(c)) != 0; }
    constexpr bool has(Distribution d) const { return (m_bits & bit(d)) != 0; }
    constexpr void add(Counter c) { m_bits |= bit(c); }
    constexpr void add(Distribution d) { m_bits |= bit(d); }
    constexpr void remove(Distribution d) { m_bits &= ~bit(d); }
    constexpr std::uint64_t bits() const { return m_bits; }
    constexpr FieldSet operator|(FieldSet o) const { return FieldSet(m_bits | o.m_bits); }
    constexpr FieldSet operator&(FieldSet o) const { return FieldSet(m_bits & o.m_bits); }
    constexpr FieldSet operator-(FieldSet o) const { return FieldSet(m_bits & ~o.m_bits); }
    constexpr bool operator==(const FieldSet&) const = default;

  private:
    // As on the wire: bit i stands for field number i + 10.
    template <class Field> static constexpr std::uint64_t bit(Field field) {
        return std::uint64_t{1} << (fieldNumber(field) - 10);
    }
#define X(name, number, ...) | std::uint64_t{1} << (number - 10)
    static constexpr std::uint64_t kAll = 0 SURGESCOPE_COUNTERS(X) SURGESCOPE_DISTRIBUTIONS(X);
#undef X
    std::uint64_t m_bits = 0;
};

/// Node-seconds by saturation, in steps of 5 % so that the levels (75, 90 and 100 %) fall on bounds:
/// bin i holds [5i, 5i+5) percent, the last bin everything from 155 % up.
struct SaturationHistogram {
    static constexpr std::size_t kBins = 32;
    static constexpr std::uint32_t kBinPermille = 50;
    std::array<std::uint64_t, kBins> bins{};

    void record(std::uint32_t permille, std::uint64_t count = 1);
    void merge(const SaturationHistogram& other);
    std::uint64_t count() const;
    /// Node-seconds at or above a level, which must be a multiple of 50.
    std::uint64_t atOrAbove(std::uint32_t permille) const;
    bool operator==(const SaturationHistogram&) const = default;
};

/// What one publisher saw of one PoP in one interval, or any sum of such: `merge` is associative and
/// commutative, with the default value as its identity, so one function makes agents into a PoP, PoPs into a
/// region, seconds into minutes and a launch into its postmortem. Sums stop at 2^64 - 1 and never wrap
/// around: at 10 Tbit/s, bytes get there after half a year.
struct PopTotals {
    std::array<std::uint64_t, kCounterCount> counters{};
    std::array<ExponentialHistogram, kDistributionCount> distributions{};
    SaturationHistogram saturation;
    FieldSet measuredByAny;                   // merges by union
    FieldSet measuredByAll = FieldSet::all(); // merges by intersection

    std::uint64_t& operator[](Counter c) { return counters[static_cast<std::size_t>(c)]; }
    std::uint64_t operator[](Counter c) const { return counters[static_cast<std::size_t>(c)]; }
    ExponentialHistogram& operator[](Distribution d) { return distributions[static_cast<std::size_t>(d)]; }
    const ExponentialHistogram& operator[](Distribution d) const {
        return distributions[static_cast<std::size_t>(d)];
    }

    /// For whoever reports: these fields, and no others, were measured.
    void setMeasured(FieldSet fields) { measuredByAny = measuredByAll = fields; }

    void merge(const PopTotals& other);
    void clear(); // keeps the histograms' memory
    bool operator==(const PopTotals&) const = default;
};

} // namespace surgescope::feeds
