// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/measure.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace surgescope::feeds {

// Measures that are kept through time and drawn as lines, each with its field in the Points of
// telemetry.proto.
#define SURGESCOPE_CHARTED(X)                                                                                \
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
    X(api_requests_per_second, api_requests_per_second)

inline constexpr std::array kCharted{
#define X(measure, field) Measure::measure,
    SURGESCOPE_CHARTED(X)
#undef X
};
inline constexpr std::size_t kChartedCount = kCharted.size();

/// Something of each measure that is charted. Of one that is not it has the same as of none.
template <class T> struct Charted {
    std::array<T, kChartedCount> all{}; // in the order of kCharted

    constexpr const T& operator[](Measure measure) const {
        const auto column = kColumns[static_cast<std::size_t>(measure)];
        return column < kChartedCount ? all[column] : kAbsent;
    }
    /// Of one that is charted.
    constexpr T& operator[](Measure measure) { return all[kColumns[static_cast<std::size_t>(measure)]]; }

  private:
    static constexpr auto kColumns = [] {
        std::array<std::uint8_t, kMeasureCount> columns{};
        columns.fill(kChartedCount);
        for (std::size_t i = 0; i < kChartedCount; ++i)
            columns[static_cast<std::size_t>(kCharted[i])] = static_cast<std::uint8_t>(i);
        return columns;
    }();
    static inline const T kAbsent = [] {
        if constexpr (std::numeric_limits<T>::has_quiet_NaN)
            return std::numeric_limits<T>::quiet_NaN();
        else
            return T{};
    }();
};

} // namespace surgescope::feeds
