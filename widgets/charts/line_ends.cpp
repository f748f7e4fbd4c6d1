// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/line_ends.h"

#include <algorithm>
#include <cstddef>

namespace surgescope::widgets {

std::vector<LineEnd> spreadEnds(std::vector<LineEnd> ends, double top, double bottom, double high) {
    const auto most = static_cast<std::size_t>(std::max(0.0, (bottom - top) / high));
    while (ends.size() > most)
        ends.erase(std::ranges::min_element(ends, {}, &LineEnd::worth));
    std::ranges::stable_sort(ends, {}, &LineEnd::y);
    // Downwards as far as needed, then back up from the bottom.
    double least = top + high / 2;
    for (LineEnd& end : ends) {
        end.y = std::max(end.y, least);
        least = end.y + high;
    }
    double highest = bottom - high / 2;
    for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
        end->y = std::min(end->y, highest);
        highest = end->y - high;
    }
    return ends;
}

} // namespace surgescope::widgets
