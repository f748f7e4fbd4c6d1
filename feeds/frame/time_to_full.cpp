// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/time_to_full.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds {

std::optional<double> secondsToFull(const Rollup& rollup, FeedSecond settled) {
    const auto& ring = rollup.ringFor(kSlopeLookBack);
    int count = 0;
    double sumT = 0, sumS = 0, sumTT = 0, sumTS = 0, newest = std::nan("");
    for (auto back = std::chrono::seconds(0); back < kSlopeLookBack; back += ring.step()) {
        const auto point = ring.at(settled - back);
        if (!point || std::isnan(point[Measure::saturation])) continue;
        const auto t = -static_cast<double>(back.count());
        const auto s = static_cast<double>(point[Measure::saturation]);
        if (std::isnan(newest)) newest = s;
        ++count;
        sumT += t;
        sumS += s;
        sumTT += t * t;
        sumTS += t * s;
    }
    if (newest >= 1) return 0;
    if (count < kSlopeLeastPoints) return std::nullopt;
    const double spread = sumTT - sumT * sumT / count;
    const double slope = (sumTS - sumT * sumS / count) / spread;
    const double nowOnLine = sumS / count - slope * sumT / count;
    const double seconds = (1 - nowOnLine) / slope;
    if (!(slope > 0) || !(seconds <= static_cast<double>(kFarthestToFull.count()))) return std::nullopt;
    return std::max(0.0, seconds);
}

} // namespace surgescope::feeds
