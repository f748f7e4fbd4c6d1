// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/exponential_histogram.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace surgescope::feeds {

/// How long invalidations took, coarsely: what a picture of the distribution over hours needs, and small
/// enough to be kept for each second. Bin i counts values in (2^((i+20)/2), 2^((i+21)/2)] µs, which is
/// the base-2 exponential histogram at scale 1, from 1 ms to 18 min; the first bin counts also what is below,
/// the last what is above. Merges by addition.
struct LagBins {
    static constexpr std::size_t kCount = 40;
    static constexpr int kFirst = 20; // index at scale 1 of the first bin

    std::array<std::uint32_t, kCount> counts{};

    static LagBins of(const ExponentialHistogram& histogram);
    /// The upper bound of a bin in µs.
    static double upperBoundUs(std::size_t bin) {
        return std::exp2((static_cast<double>(bin) + kFirst + 1) / 2);
    }
    void merge(const LagBins& other) {
        for (std::size_t i = 0; i < kCount; ++i)
            counts[i] += other.counts[i];
    }
    bool operator==(const LagBins&) const = default;
};

} // namespace surgescope::feeds
