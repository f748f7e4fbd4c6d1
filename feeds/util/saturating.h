// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace surgescope::feeds {

/// A sum that stops at the largest number instead of beginning again at nothing.
constexpr std::uint64_t saturatingSum(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t sum = a + b;
    return sum < a ? UINT64_MAX : sum;
}

} // namespace surgescope::feeds
