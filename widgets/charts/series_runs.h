// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace surgescope::widgets {

/// Columns first to last (both contained) that all have a value.
struct SeriesRun {
    int first = 0;
    int last = 0;
    bool operator==(const SeriesRun&) const = default;
};

/// The stretches between the gaps: what is NaN belongs to no run, so nothing can be drawn across it.
std::vector<SeriesRun> runsOf(std::span<const float> values);

} // namespace surgescope::widgets
