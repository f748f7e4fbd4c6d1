// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/place.h"

#include "feeds/state/freshness.h"
#include "feeds/wire/limits.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {
constexpr std::size_t kTwins = 1'000; // remembered in one PoP
}

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

void Place::noteTwin(const std::string& publisher, std::uint64_t nodeCount, SteadyTime now) {
    if (twins.size() >= kTwins && !twins.contains(publisher)) return;
    auto& twin = twins[publisher];
    twin = {std::max(twin.nodes, std::min<std::uint64_t>(nodeCount, limits::kNodesPerMessage)), now};
}

void Place::forgetSilentTwins(SteadyTime now) {
    std::erase_if(twins,
                  [&](const auto& entry) { return freshness(entry.second.heard, now) == Freshness::silent; });
}

FeedSecond Place::newestComplete() const {
    const auto newest = rollup.newest();
    const auto before = newest - std::chrono::seconds(1);
    const bool complete = rollup.totals(before) == nullptr || reportsOf(newest) >= reportsOf(before);
    return complete ? newest : before;
}

std::uint64_t Place::expectedNodes() const {
    std::uint64_t ofTwins = 0;
    for (const auto& [publisher, twin] : twins)
        ofTwins += twin.nodes;
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
