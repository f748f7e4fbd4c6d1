// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/place.h"

#include "feeds/state/freshness.h"

#include <algorithm>

namespace surgescope::feeds {

void Place::noteReport(const std::string& publisher, SteadyTime now) {
    if (speaker != publisher) {
        lastOther = lastReport;
        speaker = publisher;
    }
    lastReport = now;
}

bool Place::isSpokenForBy(const std::string& publisher, SteadyTime now) const {
    return freshness(speaker == publisher ? lastOther : lastReport, now) != Freshness::live;
}

FeedSecond Place::newestComplete() const {
    const auto newest = rollup.newest();
    const auto before = newest - std::chrono::seconds(1);
    const bool complete = rollup.totals(before) == nullptr || reportsOf(newest) >= reportsOf(before);
    return complete ? newest : before;
}

std::uint64_t Place::expectedNodes() const {
    const auto ofTwins = twins.nodes();
    if (nodes.everHadRoster() || rollup.empty())
        return std::max<std::uint64_t>(nodes.size() + nodes.neverListed().size() + ofTwins, inventory);
    const auto* totals = rollup.totals(newestComplete());
    return std::max((totals ? (*totals)[Counter::node_seconds] : 0) + ofTwins, inventory);
}

std::uint64_t Place::missingNodes() const {
    if (inventoryIsNamed) return nodes.neverListed().size();
    return inventory - std::min<std::uint64_t>(inventory, nodes.size());
}

} // namespace surgescope::feeds
