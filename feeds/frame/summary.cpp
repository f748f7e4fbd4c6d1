// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/frame_builder.h"

#include <cstddef>

namespace surgescope::feeds {

Summary summarise(const PopTotals* totals, std::uint64_t expectedNodes, bool stale) {
    Summary s;
    s.nodesExpected = expectedNodes;
    if (!totals) return s;
    const auto heard = (*totals)[Counter::node_seconds];
    if (heard == 0) return s;
    if (!stale) s.nodesHeard = heard;
    const auto expected = static_cast<double>(expectedNodes);
    const bool whole = static_cast<double>(heard) >= (1 - kTooFewToShow) * expected;
    const MeasureReader reader(*totals, {.seconds = 1, .expectedNodeSeconds = expected},
                               stale    ? Quality::stale
                               : !whole ? Quality::partial
                                        : Quality::measured);
    for (std::size_t i = 0; i < kMeasureCount; ++i)
        s.readings[i] = reader.read(static_cast<Measure>(i));
    return s;
}

} // namespace surgescope::feeds
