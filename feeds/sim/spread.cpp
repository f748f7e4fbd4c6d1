// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/spread.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgescope::feeds::sim {

void spread(ExponentialHistogram& histogram, double medianUs, double sigma, std::uint64_t count) {
    if (count == 0) return;
    const double logMedian = std::log2(std::max(1.0, medianUs));
    const double logSigma = std::max(0.01, sigma) / std::numbers::ln2;
    constexpr double kPerOctave = 1 << ExponentialHistogram::kScale;
    const int first = static_cast<int>(std::floor((logMedian - 3.5 * logSigma) * kPerOctave));
    const int last = static_cast<int>(std::ceil((logMedian + 3.5 * logSigma) * kPerOctave));
    std::uint64_t recorded = 0;
    for (int index = first; index <= last && recorded < count; ++index) {
        const double z = ((index + 1) / kPerOctave - logMedian) / logSigma;
        const double below = index == last ? 1.0 : 0.5 * std::erfc(-z / std::numbers::sqrt2);
        const auto until = static_cast<std::uint64_t>(std::llround(below * static_cast<double>(count)));
        if (until <= recorded) continue;
        const double middle = ExponentialHistogram::lowerBound(index) * std::exp2(0.5 / kPerOctave);
        histogram.record(static_cast<std::uint64_t>(std::max(1.0, std::round(middle))), until - recorded);
        recorded = until;
    }
}

} // namespace surgescope::feeds::sim
