// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/ids.h"
#include "feeds/model/pop_totals.h"
#include "feeds/state/place.h"
#include "feeds/state/rollup.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// Regions and the world: what the reports of their PoPs add up to. Reports are added when they come, while
/// their totals are at hand, but to a sum that waits: regions take it in when its second is settled, so that
/// one clock that runs ahead moves no region's window. One thread.
class FleetSums {
  public:
    explicit FleetSums(std::size_t regions);

    /// By RegionIndex.
    std::vector<Rollup>& regions() { return m_regions; }
    const std::vector<Rollup>& regions() const { return m_regions; }
    Rollup& world() { return m_world; }
    const Rollup& world() const { return m_world; }
    /// Nodes there should be, as counted last.
    std::uint64_t expectedNodes(RegionIndex region) const { return m_expected[region.value]; }
    std::uint64_t expectedNodes() const { return m_worldExpected; }
    void countExpectedNodes(const Places& places);

    void add(FeedSecond second, RegionIndex region, const PopTotals& report);
    /// Seconds with reports that no region has taken in.
    std::size_t waiting() const { return m_waiting.size(); }
    /// Takes in what waits up to `settled`.
    void settle(FeedSecond settled, const Places& places);
    /// A place has forgotten all it held, up to `newest`, and may report it again: these seconds are made
    /// anew from what the places hold when more of them comes.
    void forgotten(FeedSecond newest);

    /// Nothing is known of any second, but what waits still does.
    void clear();
    void clearWaiting();

  private:
    struct Sums {
        std::vector<PopTotals> totals; // by region
        std::vector<bool> any;
        void clear(std::size_t regions);
        void add(RegionIndex region, const PopTotals& more);
    };
    Sums& sumsOf(FeedSecond second);
    void remake(FeedSecond second, const Places& places, Sums& sums);
    void takeIn(FeedSecond second, const Sums& sums);

    std::vector<Rollup> m_regions;
    std::vector<std::uint64_t> m_expected;
    Rollup m_world;
    std::uint64_t m_worldExpected = 0;
    std::map<FeedSecond, Sums> m_waiting;
    std::vector<Sums> m_spare; // for their memory
    std::optional<FeedSecond> m_forgottenUpTo;
};

} // namespace surgescope::feeds
