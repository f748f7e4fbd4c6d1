// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/state/announced.h"
#include "feeds/state/fleet_sums.h"
#include "feeds/state/freshness.h"
#include "feeds/state/judge.h"
#include "feeds/state/place.h"
#include "feeds/state/rollup.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Everything known of the fleet, made of totals that add up. Owned by the feed thread; it is told the time
/// and never asks for it. A message is applied whole or refused whole.
class FleetState {
  public:
    /// `catalogue` must outlive the state.
    /// `firstEpoch`: where epochs begin, so that those of two states shown in turn differ.
    explicit FleetState(const PopCatalogue& catalogue, std::uint64_t firstEpoch = 1);

    std::optional<Refused> apply(const PopReport& message, Arrival arrival);
    std::optional<Refused> apply(const NodeColumns& message, Arrival arrival);
    std::optional<Refused> apply(const Roster& message, Arrival arrival);
    std::optional<Refused> apply(const Event& message, Arrival arrival);
    std::optional<Refused> apply(const Global& message, Arrival arrival);

    /// For a replay that seeks: forgets everything, in a new epoch. What follows, oldest first, then brings
    /// the past back: points of the charts, rollups, and reports of the last seconds.
    void startAnew();
    std::optional<Refused> apply(const Points& message, Arrival arrival);
    /// What it holds is not added up again from reports: of those of its time only the clocks are heard.
    /// `arrival`: when its end was shown.
    std::optional<Refused> apply(const FleetRollup& message, Arrival arrival);

    /// A second is shown at most so long after the first of its reports arrived.
    static constexpr std::chrono::seconds kShownWithin{3};

    /// Moves the settled second on: the newest one that all live PoPs have reported, at most one second
    /// behind the median PoP, so that one slow or misdated PoP holds nobody up. When nobody is live, all that
    /// were when the last report came. Then adds regions and world up anew where they changed. Call before
    /// reading; reports that run well ahead do it too.
    void settle(SteadyTime now);

    /// All displayed numbers are of this second. Nothing before the first report.
    std::optional<FeedSecond> settled() const { return m_settled; }
    /// Rises when feed time itself jumped back for most PoPs, and everything remembered was dropped.
    std::uint64_t epoch() const { return m_epoch; }

    const PopCatalogue& catalogue() const { return m_catalogue; }
    const Places& places() const { return m_places; }
    /// By RegionIndex; the last one holds the unplaced PoPs.
    const std::vector<Rollup>& regions() const { return m_sums.regions(); }
    std::uint64_t expectedNodes(RegionIndex region) const { return m_sums.expectedNodes(region); }
    const Rollup& world() const { return m_sums.world(); }
    std::uint64_t expectedNodes() const { return m_sums.expectedNodes(); }
    const PopTotals& sinceStart() const { return m_sinceStart; }

    const Judge& judge() const { return m_judge; }
    Judge& judge() { return m_judge; }
    std::optional<SteadyTime> lastReport() const { return m_lastReport; }
    const std::optional<Global>& global() const { return m_global; }
    const std::optional<Announced>& announced() const { return m_announced; }
    /// T-0 as the feed tells it: announced, or when a release was last said to be live.
    std::optional<FeedSecond> releaseAt() const;
    const std::deque<Event>& events() const { return m_events; }

  private:
    Place* placeFor(const std::string& code, SteadyTime now);
    /// The places of an edge file's inventory, so that who is never heard is missing and not unknown.
    void placeInventory(SteadyTime now);
    void addUp(Place& place, const PopTotals& totals, FeedSecond second, const Header& header,
               SteadyTime now);
    void noteTwin(const std::string& pop, std::uint64_t nodes, const Header& header, SteadyTime now);
    void forgetSilent(SteadyTime now);
    void forgetAll();
    /// The place's rollup, be it a PoP, a region or the world; null when it cannot be kept.
    Rollup* rollupOf(const std::string& place, SteadyTime now);
    /// A rollup that was put back holds what arrived then, or reports this second.
    bool isRestored(FeedSecond second, WallTime arrived) const;
    /// The place forgets what it holds, as it begins anew.
    void forget(Place& place);
    void startEpoch(FeedSecond now);

    const PopCatalogue& m_catalogue;
    Judge m_judge;
    std::optional<SteadyTime> m_sweptAt;
    Places m_places;
    std::size_t m_unplaced = 0;
    RosterSize m_rosters; // all of them
    bool m_inventoryPlaced = false;
    FleetSums m_sums;
    PopTotals m_sinceStart;
    std::optional<FeedSecond> m_settled;
    struct Restored {
        FeedSecond end;
        WallTime shown;
    };
    std::optional<Restored> m_restored; // by the newest rollup of a seek
    std::uint64_t m_epoch;
    std::optional<SteadyTime> m_lastReport;
    std::optional<Global> m_global;
    std::optional<Announced> m_announced;
    std::deque<Event> m_events;
    std::vector<Rollup> m_spareRollups; // of places that were forgotten, for their memory
    Rollup m_otherEdges;                // regions of another edge than ours: nothing is shown of them
    std::string m_pointPlaces;          // of the last Points, and where they belong
    std::vector<Rollup*> m_pointRollups;
};

} // namespace surgescope::feeds
