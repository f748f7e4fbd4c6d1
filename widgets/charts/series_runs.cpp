// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/series_runs.h"

#include <cmath>

namespace surgescope::widgets {

std::vector<SeriesRun> runsOf(std::span<const float> values) {
    std::vector<SeriesRun> runs;
    bool open = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int column = static_cast<int>(i);
        if (!std::isfinite(values[i]))
            open = false;
        else if (open)
            runs.back().last = column;
        else {
            runs.push_back({column, column});
            open = true;
        }
    }
    return runs;
}

} // namespace surgescope::widgets
