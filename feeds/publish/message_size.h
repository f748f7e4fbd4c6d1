// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>

namespace surgescope::feeds {

/// How large the messages are, on the mean, of who speaks for so many nodes of so many PoPs: each second a
/// report and, if somebody looks, columns. About: it says how many of them may wait.
constexpr std::size_t meanMessageBytes(std::size_t nodes, std::size_t pops) {
    constexpr std::size_t kReport = 2'000;
    constexpr std::size_t kOfNode = 64; // in columns
    return (kReport + kOfNode * (nodes / std::max(pops, std::size_t{1}))) / 2;
}

} // namespace surgescope::feeds
