// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/buckets.h"

#include "feeds/history/matrix_reader.h"
#include "feeds/model/pop_totals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

namespace surgescope::feeds::history {
namespace {

using OurBuckets = ExponentialHistogram;

std::string boundText(int index) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.5e", OurBuckets::lowerBound(index));
    return buffer;
}

} // namespace

const std::string& rangeText(int index) {
    static const auto texts = [] {
        std::array<std::string, OurBuckets::kMaxIndex - kZeros + 1> all;
        all[0] = "0..." + boundText(OurBuckets::kMinIndex);
        for (std::size_t i = 1; i < all.size(); ++i) {
            const auto bucket = static_cast<int>(i) + kZeros;
            all[i] = boundText(bucket) + "..." + boundText(bucket + 1);
        }
        return all;
    }();
    return texts[static_cast<std::size_t>(index - kZeros)];
}

std::optional<std::size_t> binFrom(std::string_view permille) {
    const auto begin = readNumber(permille).value_or(-1);
    if (begin < 0 || begin >= SaturationHistogram::kBins * SaturationHistogram::kBinPermille)
        return std::nullopt;
    return static_cast<std::size_t>(begin / SaturationHistogram::kBinPermille);
}

std::optional<int> bucketUpTo(double bound) {
    if (!(bound > 0) || std::isinf(bound)) return std::nullopt;
    const auto index = std::lround(std::log2(bound) * (1 << OurBuckets::kScale)) - 1;
    if (index < OurBuckets::kMinIndex || index > OurBuckets::kMaxIndex) return std::nullopt;
    return static_cast<int>(index);
}

std::optional<int> bucketOfRange(std::string_view range) {
    const auto dots = range.find("...");
    if (dots == std::string_view::npos) return std::nullopt;
    if (range.substr(0, dots) == "0") return kZeros;
    const auto bound = readNumber(range.substr(dots + 3));
    return bound ? bucketUpTo(*bound) : std::nullopt;
}

void addTo(ExponentialHistogram& histogram, int index, std::uint64_t count) {
    if (count == 0) return;
    if (index == kZeros)
        histogram.addZeros(count);
    else
        (void)histogram.addBuckets(index, std::span(&count, 1));
}

std::uint64_t wholeNumber(double value) {
    return value > 0 ? static_cast<std::uint64_t>(std::llround(std::min(value, kMostCounted))) : 0;
}

} // namespace surgescope::feeds::history
