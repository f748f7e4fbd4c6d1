// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/lag_bins.h"

#include <algorithm>
#include <limits>

namespace surgescope::feeds {

LagBins LagBins::of(const ExponentialHistogram& histogram) {
    constexpr int kEach = 1 << (ExponentialHistogram::kScale - 1); // buckets a bin
    static constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    std::array<std::uint64_t, kCount> sums{};
    sums[0] = histogram.zeros();
    int index = histogram.offset();
    histogram.visitBuckets([&](auto buckets) {
        for (const auto count : buckets) {
            const int bin =
                (index + kEach) / kEach - 1 - kFirst; // rounds down below zero, too: indexes are >= -1
            sums[static_cast<std::size_t>(std::clamp(bin, 0, static_cast<int>(kCount) - 1))] += count;
            ++index;
        }
    });
    LagBins bins;
    std::ranges::transform(sums, bins.counts.begin(), [](std::uint64_t sum) {
        return static_cast<std::uint32_t>(std::min(sum, kMost));
    });
    return bins;
}

} // namespace surgescope::feeds
