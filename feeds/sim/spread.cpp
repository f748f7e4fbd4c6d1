// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/spread.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace surgescope::feeds::sim {
namespace {

constexpr double kPerOctave = 1 << ExponentialHistogram::kScale;
constexpr double kReach = 3.2; // standard deviations; what lies beyond is counted at the end
constexpr int kBuckets = ExponentialHistogram::kMaxIndex + 1;

// Tables, because a simulated second asks 100,000 times.
constexpr int kSteps = 2'048;
const auto kNormalBelow = [] { // the standard normal distribution function, from -kReach to kReach
    std::array<double, kSteps + 2> values{};
    for (int i = 0; i < kSteps + 2; ++i)
        values[static_cast<std::size_t>(i)] =
            0.5 * std::erfc(-(i * 2 * kReach / kSteps - kReach) / std::numbers::sqrt2);
    return values;
}();
const auto middles = [] { // a whole number in each bucket, near its geometric middle
    std::array<std::uint64_t, kBuckets> values{};
    for (int i = 0; i < kBuckets; ++i)
        values[static_cast<std::size_t>(i)] = static_cast<std::uint64_t>(
            std::max(1.0, std::round(ExponentialHistogram::lowerBound(i) * std::exp2(0.5 / kPerOctave))));
    return values;
}();

} // namespace

void spread(ExponentialHistogram& histogram, double medianUs, double sigma, std::uint64_t count) {
    if (count == 0) return;
    const double logMedian = std::log2(std::max(1.0, medianUs));
    const double logSigma = std::max(0.01, sigma) / std::numbers::ln2;
    const int first = std::clamp(static_cast<int>(std::floor((logMedian - kReach * logSigma) * kPerOctave)),
                                 0, ExponentialHistogram::kMaxIndex);
    const int last = std::clamp(static_cast<int>(std::ceil((logMedian + kReach * logSigma) * kPerOctave)),
                                first, ExponentialHistogram::kMaxIndex);
    std::array<std::uint64_t, kBuckets> buckets;
    const double total = static_cast<double>(count);
    // Where a bucket's upper bound is in the table moves on by the same step from bucket to bucket.
    const double step = kSteps / (2 * kReach) / (kPerOctave * logSigma);
    double at = ((first + 1) / kPerOctave - logMedian) / logSigma * (kSteps / (2 * kReach)) + kSteps / 2.0;
    std::uint64_t recorded = 0;
    std::uint64_t sum = 0;
    int used = 0;
    for (int index = first; index <= last && recorded < count; ++index, at += step) {
        const double inTable = std::clamp(at, 0.0, static_cast<double>(kSteps));
        const auto below = static_cast<std::size_t>(inTable);
        const double share = kNormalBelow[below] + (kNormalBelow[below + 1] - kNormalBelow[below]) *
                                                       (inTable - static_cast<double>(below));
        const auto until =
            index == last ? count : std::max(recorded, static_cast<std::uint64_t>(share * total + 0.5));
        const auto here = buckets[static_cast<std::size_t>(index - first)] = until - recorded;
        sum += here * middles[static_cast<std::size_t>(index)];
        if (here > 0) used = index - first + 1;
        recorded = until;
    }
    const std::span<const std::uint64_t> filled(buckets.data(), static_cast<std::size_t>(used));
    if (histogram.addBuckets(first, filled))
        histogram.addSummary(sum, middles[static_cast<std::size_t>(first + used - 1)]);
}

} // namespace surgescope::feeds::sim
