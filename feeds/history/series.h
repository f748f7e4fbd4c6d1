// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/measure.h"
#include "feeds/model/pop_totals.h"
#include "feeds/wire/charted.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How series are named in a store: by the tables of feeds/model and feeds/wire and by nothing else.
namespace surgescope::feeds::history {

inline constexpr std::string_view kPrefix = "surgescope_";
inline constexpr std::string_view kRegionPrefix = "surgescope_region_";

// Labels besides that of the bucket.
inline constexpr const char* kPop = "pop";
inline constexpr const char* kRegion = "region";
inline constexpr const char* kJob = "job";
inline constexpr const char* kInstance = "instance"; // who wrote it: several may speak for a PoP

// Gauges of the ten seconds that end at their time.
inline constexpr const char* kExpectedNodes = "surgescope_expected_nodes";
inline constexpr const char* kObservedSeconds = "surgescope_observed_seconds"; // in which somebody reported
/// Bit i: field i + 10 of PopTotals was measured by all who reported; 32 bits each, for a double holds no 64.
inline constexpr const char* kMeasuredByAll = "surgescope_measured_by_all_bits";
inline constexpr std::uint64_t kLowBits = 0xffff'ffff;
inline constexpr const char* kMeasuredByAllHigh = "surgescope_measured_by_all_high_bits";

/// Node-seconds, by the label kPermille: the lower bound of a bin of SaturationHistogram.
inline constexpr const char* kSaturation = "surgescope_saturation_node_seconds_total";
inline constexpr const char* kPermille = "permille";

// The same of regions.
inline constexpr const char* kRegionExpectedNodes = "surgescope_region_expected_nodes";
inline constexpr const char* kRegionObservedSeconds = "surgescope_region_observed_seconds";
inline constexpr const char* kRegionSaturation = "surgescope_region_saturation_node_seconds";

/// Of one that is charted of every place: a gauge.
inline std::string nameOfSeries(Measure measure) {
    return std::string(kPrefix) += infoOf(measure).name;
}
/// Whose counts a series has: a PoP's since the writer began, or a region's, those of its ten seconds alone.
enum class Whose : std::uint8_t { pop, region };

inline std::string nameOfSeries(Counter counter, Whose whose = Whose::pop) {
    if (whose == Whose::region) return (std::string(kRegionPrefix) += nameOf(counter));
    return (std::string(kPrefix) += nameOf(counter)) += "_total";
}
/// The same of a histogram; _bucket, _sum and _count are appended where it is no native one; and _max, of a
/// region.
inline std::string nameOfSeries(Distribution distribution, Whose whose = Whose::pop) {
    return (std::string(whose == Whose::region ? kRegionPrefix : kPrefix) += nameOf(distribution)) +=
           "_microseconds";
}

/// All there can be of PoPs, those of buckets too.
inline std::vector<std::string> namesOfSeries() {
    std::vector<std::string> names{kExpectedNodes, kObservedSeconds, kMeasuredByAll, kMeasuredByAllHigh,
                                   kSaturation};
    for (std::size_t i = 0; i < kChartedEverywhere; ++i)
        names.push_back(nameOfSeries(kCharted[i]));
    for (std::size_t i = 0; i < kCounterCount; ++i)
        names.push_back(nameOfSeries(static_cast<Counter>(i)));
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        for (const char* ending : {"", "_bucket", "_sum", "_count"})
            names.push_back(nameOfSeries(static_cast<Distribution>(i)) + ending);
    return names;
}

} // namespace surgescope::feeds::history
