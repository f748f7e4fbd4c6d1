// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/measure.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace surgescope::feeds {

// Measures that are kept through time and drawn as lines, each with its field in the Points of
// telemetry.proto: of every place.
#define SURGESCOPE_CHARTED_EVERYWHERE(X)                                                                     \
    X(requests_per_second, requests_per_second)                                                              \
    X(egress_bits_per_second, egress_bits_per_second)                                                        \
    X(saturation, saturation)                                                                                \
    X(coverage, coverage)                                                                                    \
    X(metadata_p50_us, metadata_p50_us)                                                                      \
    X(metadata_p95_us, metadata_p95_us)                                                                      \
    X(metadata_p99_us, metadata_p99_us)                                                                      \
    X(invalidation_lag_p99_us, lag_p99_us)                                                                   \
    X(hit_ratio, hit_ratio)                                                                                  \
    X(ttfb_hit_p95_us, ttfb_hit_p95_us)                                                                      \
    X(ttfb_miss_p95_us, ttfb_miss_p95_us)                                                                    \
    X(lb_p95_us, lb_p95_us)                                                                                  \
    X(waf_blocked_per_second, waf_blocked_per_second)                                                        \
    X(api_requests_per_second, api_requests_per_second)                                                      \
    X(error_ratio, error_ratio)

// And of regions and the world alone: of every PoP they would take two and a half times the memory.
#define SURGESCOPE_CHARTED_WIDE(X)                                                                           \
    X(client_error_ratio, client_error_ratio)                                                                \
    X(overload_ratio, overload_ratio)                                                                        \
    X(retry_ratio, retry_ratio)                                                                              \
    X(shield_fetches_per_second, shield_fetches_per_second)                                                  \
    X(origin_fetches_per_second, origin_fetches_per_second)                                                  \
    X(fill_bits_per_second, fill_bits_per_second)                                                            \
    X(collapsed_per_second, collapsed_per_second)                                                            \
    X(stale_ratio, stale_ratio)                                                                              \
    X(backlog_us, backlog_us)                                                                                \
    X(bot_ratio, bot_ratio)                                                                                  \
    X(new_prefix_ratio, new_prefix_ratio)                                                                    \
    X(malformed_per_second, malformed_per_second)                                                            \
    X(waf_challenged_per_second, waf_challenged_per_second)                                                  \
    X(challenges_passed_ratio, challenges_passed_ratio)                                                      \
    X(people_challenged_ratio, people_challenged_ratio)                                                      \
    X(connections_rejected_per_second, connections_rejected_per_second)                                      \
    X(spill_unplaced_per_second, spill_unplaced_per_second)                                                  \
    X(invalidations_pending, invalidations_pending)                                                          \
    X(invalidations_missing, invalidations_missing)                                                          \
    X(invalidations_per_second, invalidations_per_second)                                                    \
    X(invalidations_received_per_second, invalidations_received_per_second)                                  \
    X(streams, streams)                                                                                      \
    X(listeners, listeners)                                                                                  \
    X(recommender_signal, recommender_signal)                                                                \
    X(recommender_trend, recommender_trend)                                                                  \
    X(churn_ppm_per_hour, churn_ppm_per_hour)

#define SURGESCOPE_CHARTED(X)                                                                                \
    SURGESCOPE_CHARTED_EVERYWHERE(X)                                                                         \
    SURGESCOPE_CHARTED_WIDE(X)

inline constexpr std::array kCharted{
#define X(measure, field) Measure::measure,
    SURGESCOPE_CHARTED(X)
#undef X
};
inline constexpr std::size_t kChartedCount = kCharted.size();

#define X(measure, field) +1
/// Of these, from the first, so many are charted of every place.
inline constexpr std::size_t kChartedEverywhere = 0 SURGESCOPE_CHARTED_EVERYWHERE(X);
#undef X

/// Where a measure stands in kCharted; kChartedCount: it is not charted.
constexpr std::size_t chartColumn(Measure measure) {
    constexpr auto kColumns = [] {
        std::array<std::uint8_t, kMeasureCount> columns{};
        columns.fill(kChartedCount);
        for (std::size_t i = 0; i < kChartedCount; ++i)
            columns[static_cast<std::size_t>(kCharted[i])] = static_cast<std::uint8_t>(i);
        return columns;
    }();
    return kColumns[static_cast<std::size_t>(measure)];
}
constexpr bool isChartedEverywhere(Measure measure) {
    return chartColumn(measure) < kChartedEverywhere;
}

/// Something of each measure that is charted. Of one that is not it has the same as of none.
template <class T> struct Charted {
    std::array<T, kChartedCount> all{}; // in the order of kCharted

    constexpr const T& operator[](Measure measure) const {
        const auto column = chartColumn(measure);
        return column < kChartedCount ? all[column] : kAbsent;
    }
    /// Of one that is charted.
    constexpr T& operator[](Measure measure) { return all[chartColumn(measure)]; }

  private:
    static inline const T kAbsent = [] {
        if constexpr (std::numeric_limits<T>::has_quiet_NaN)
            return std::numeric_limits<T>::quiet_NaN();
        else
            return T{};
    }();
};

} // namespace surgescope::feeds
