// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/exponential_histogram.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Buckets of ours as series have them, and numbers of theirs as ours.
namespace surgescope::feeds::history {

/// The place of zeros: before the first bucket.
inline constexpr int kZeros = ExponentialHistogram::kMinIndex - 1;

/// "9.17004e-01...1.00000e+00", and of zeros "0...9.17004e-01". The end of a bucket and the beginning of the
/// next are the same text: stores compare them.
const std::string& rangeText(int index);
/// Nothing: it is none of ours.
std::optional<int> bucketOfRange(std::string_view range);
/// Of the bucket that ends there.
std::optional<int> bucketUpTo(double bound);
void addTo(ExponentialHistogram& histogram, int index, std::uint64_t count);

/// The place of a bin of SaturationHistogram by where it begins, a label's text; nothing: it is none of ours.
std::optional<std::size_t> binFrom(std::string_view permille);
inline constexpr double kMostCounted = 9e18; // fits 64 bits
inline constexpr const char* kNoCount = "a sample that is no count";
/// Something may have been counted so often: it is not below 0, and fits.
constexpr bool isCount(double value) {
    return value >= 0 && value <= kMostCounted;
}
/// What is below 0 is 0, and what does not fit 64 bits stops there.
std::uint64_t wholeNumber(double value);

} // namespace surgescope::feeds::history
