// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/comparable.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::seconds kBeforeRelease{15};
constexpr double kDayAndNight = 5; // as far apart an ordinary hour of an edge may be from another
constexpr double kAnyLaunch = 25;  // and an hour of a launch, or of an outage, from one of another

double requestsAt(const Rollup& world, FeedSecond second) {
    const auto point = world.pointAt(second);
    return point ? static_cast<double>(point[Measure::requests_per_second])
                 : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

bool isOfAnotherEdge(const Baseline& baseline, const FleetState& state, FeedSecond release,
                     FeedSecond settled) {
    if (baseline.underRehearsalsOnly && state.catalogue().isInventory()) return true;
    const auto timesAsMany = [&](FeedSecond second) {
        return requestsAt(state.world(), second) /
               requestsAt(baseline.state.world(), baseline.timeOf(second, release));
    };
    const auto isFarFromOne = [](double times, double bound) { return times > bound || times < 1 / bound; };
    const double before = timesAsMany(std::min(settled, release - kBeforeRelease));
    if (std::isfinite(before) && before > 0) return isFarFromOne(before, kDayAndNight);
    const double now = timesAsMany(settled);
    return std::isfinite(now) && now > 0 && isFarFromOne(now, kAnyLaunch);
}

void keepComparable(BaselineFrame& frame) {
    frame.isOfAnotherEdge = true;
    for (std::size_t i = 0; i < kChartedCount; ++i) {
        const Unit unit = infoOf(kCharted[i]).unit;
        if (unit == Unit::ratio || unit == Unit::microseconds) continue;
        frame.now.all[i] = std::numeric_limits<float>::quiet_NaN();
        std::ranges::fill(frame.series.all[i], std::numeric_limits<float>::quiet_NaN());
    }
}

} // namespace surgescope::feeds
