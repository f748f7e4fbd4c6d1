// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/place.h"

namespace surgescope::feeds {

FeedSecond Place::newestComplete() const {
    const auto newest = rollup.newest();
    const auto before = newest - std::chrono::seconds(1);
    const bool complete = rollup.totals(before) == nullptr || reportsOf(newest) >= reportsOf(before);
    return complete ? newest : before;
}

std::uint64_t Place::expectedNodes() const {
    if (nodes.everHadRoster() || rollup.empty()) return nodes.size();
    const auto* totals = rollup.totals(newestComplete());
    return totals ? (*totals)[Counter::node_seconds] : 0;
}

} // namespace surgescope::feeds
