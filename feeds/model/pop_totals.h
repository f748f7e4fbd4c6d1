// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/exponential_histogram.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace surgescope::feeds {

// What is counted, with its unit. Everything here adds up: over publishers, PoPs, regions and time. A gauge
// is carried as its integral over the interval (value × seconds), so that it adds up too; divided by
// node_seconds or by the interval's length it is a mean again. The names are those of the fields in
// wire/telemetry.proto.
#define SURGESCOPE_COUNTERS(X)                                                                               \
    X(node_seconds, "{node}.s")    /* nodes that were really measured × seconds: the coverage */            \
    X(requests, "{request}")       /* client requests completed */                                           \
    X(cache_hits, "{request}")     /* served from the local cache, stale ones included */                    \
    X(cache_misses, "{request}")   /* needed a fetch; passes are neither hit nor miss */                     \
    X(collapsed, "{request}")      /* waited for another request's fetch (delayed hits) */                   \
    X(stale_served, "{request}")   /* served although expired or invalidated */                              \
    X(shield_fetches, "{request}") /* fetches from edge to shield */                                         \
    X(origin_fetches, "{request}") /* fetches to the origin */                                               \
    X(bytes_out, "By")             /* headers and bodies to clients */                                       \
    X(bytes_fill, "By")            /* from shield or origin */                                               \
    X(connections_accepted, "{connection}")                                                                  \
    X(connections_rejected, "{connection}")                                                                  \
    X(connection_seconds, "{connection}.s")                                                                  \
    X(status_2xx, "{response}")                                                                              \
    X(status_3xx, "{response}")                                                                              \
    X(status_4xx, "{response}")                                                                              \
    X(status_5xx, "{response}")                                                                              \
    X(overload_errors, "{response}") /* 429, 503 and 504; contained in the two classes above */              \
    X(api_requests, "{request}")     /* metadata and API class; contained in requests */                     \
    X(malformed, "{request}")        /* not parseable, refused before routing */                             \
    X(waf_blocked, "{request}")                                                                              \
    X(waf_challenged, "{request}")                                                                           \
    X(bot_requests, "{request}") /* classified as automated; contained in requests */                        \
    X(inv_received, "{key}")     /* invalidations, in cache keys × nodes */                                 \
    X(inv_applied, "{key}")                                                                                  \
    X(inv_pending_seconds, "{key}.s")        /* known but not applied */                                     \
    X(saturation_permille_seconds, "0.1%.s") /* sum over nodes of saturation, 1000 = at the knee */          \
    X(cpu_permille_seconds, "0.1%.s")                                                                        \
    X(nic_permille_seconds, "0.1%.s")                                                                        \
    X(memory_permille_seconds, "0.1%.s")                                                                     \
    X(log_lines_lost, "{line}") /* access log lines a collector could not read or never got */

// Distributions, all in microseconds. Quantiles are read from the merged histogram and from nothing else.
#define SURGESCOPE_DISTRIBUTIONS(X)                                                                          \
    X(ttfb_hit)         /* request headers complete to first byte, cache hits */                             \
    X(ttfb_miss)        /* the same, misses; the two are never mixed */                                      \
    X(metadata_latency) /* API class; fast refusals are left out and counted as overload_errors */           \
    X(lb_latency)       /* added by the load balancer: queue, processing, connect */                         \
    X(invalidation_lag) /* applied minus issued, per key and node */

enum class Counter : std::uint8_t {
#define X(name, unit) name,
    SURGESCOPE_COUNTERS(X)
#undef X
};

enum class Distribution : std::uint8_t {
#define X(name) name,
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

/// Which fields a publisher can really measure. "Not measured" is not zero, all the way to the pixel.
class FieldSet {
  public:
    constexpr FieldSet() = default;
    constexpr explicit FieldSet(std::uint64_t bits) : m_bits(bits & kAll) {}
    static constexpr FieldSet all() { return FieldSet(kAll); }

    constexpr bool has(Counter c) const { return (m_bits >> static_cast<unsigned>(c)) & 1U; }
    constexpr bool has(Distribution d) const {
        return (m_bits >> (kCounterCount + static_cast<unsigned>(d))) & 1U;
    }
    constexpr void add(Counter c) { m_bits |= std::uint64_t{1} << static_cast<unsigned>(c); }
    constexpr void add(Distribution d) {
        m_bits |= std::uint64_t{1} << (kCounterCount + static_cast<unsigned>(d));
    }
    constexpr std::uint64_t bits() const { return m_bits; }
    constexpr FieldSet operator|(FieldSet o) const { return FieldSet(m_bits | o.m_bits); }
    constexpr FieldSet operator&(FieldSet o) const { return FieldSet(m_bits & o.m_bits); }
    constexpr bool operator==(const FieldSet&) const = default;

  private:
    static_assert(kCounterCount + kDistributionCount <= 64);
    static constexpr std::uint64_t kAll =
        (std::uint64_t{1} << (kCounterCount + kDistributionCount)) - 1; // counters first, then distributions
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
/// region, seconds into minutes and a launch into its postmortem.
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
