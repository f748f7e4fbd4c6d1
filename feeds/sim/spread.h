// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/exponential_histogram.h"

#include <cstdint>

namespace surgescope::feeds::sim {

/// Records `count` values that are log-normally distributed around a median, without drawing any of them:
/// each bucket gets its share of the distribution, and the shares add up to `count` exactly.
void spread(ExponentialHistogram& histogram, double medianUs, double sigma, std::uint64_t count);

} // namespace surgescope::feeds::sim
