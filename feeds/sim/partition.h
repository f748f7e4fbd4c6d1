// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_totals.h"

#include <cstdint>
#include <span>
#include <vector>

namespace surgescope::feeds::sim {

/// Splits a PoP's totals of one second among those who speak for parts of its nodes. `nodes`: how many of
/// each part were heard, which add up to the totals' node_seconds. Counts, histograms and saturation of the
/// parts add up to the whole exactly; merged, the parts are the whole. `key` decides who gets what cannot be
/// halved. `parts` has an entry for each of `nodes`; its memory is used again. A pure function.
void partition(const PopTotals& whole, std::span<const std::uint64_t> nodes, std::uint64_t key,
               std::vector<PopTotals>& parts);

} // namespace surgescope::feeds::sim
