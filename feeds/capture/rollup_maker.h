// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/fleet_state.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstdint>
#include <functional>

namespace surgescope::feeds {

/// Draws from the fleet's state what a recording keeps beside the messages: points of all charts, and merged
/// totals. Points are taken as they were shown, some seconds after theirs settled; totals when nothing can be
/// added any more. One thread.
class RollupMaker {
  public:
    /// So many seconds are merged into one rollup. Not each for itself: with one publisher a PoP it would be
    /// as large as the reports it stands for, and double the recording.
    static constexpr std::chrono::seconds kWidth{10};
    /// How far the settled second is ahead when a second's points are taken: no PoP that runs ahead has
    /// closed it.
    static constexpr std::chrono::seconds kLate{3};
    /// The same for what is of 10 and 60 s, which is whole once its last second has closed.
    static constexpr std::chrono::seconds kLateSlots{Rollup::kOpenSeconds};

    /// What is made, as it is made; valid during the call.
    class Sink {
      public:
        virtual ~Sink() = default;
        virtual void take(const Points& points) = 0;
        virtual void take(const FleetRollup& rollup) = 0;
    };

    /// Call whenever the settled second has moved: seconds that have closed meanwhile are gone.
    void settled(const FleetState& state, Sink& sink);
    /// Nothing more will come: gives the rollups that are due later, of the seconds there are.
    void finish(const FleetState& state, Sink& sink);

  private:
    void giveRollup(const FleetState& state, FeedSecond end, Sink& sink);
    void givePoints(const FleetState& state, std::chrono::seconds width, FeedSecond end, Sink& sink);

    std::uint64_t m_epoch = 0;
    FeedSecond m_next{};     // the next second to be taken
    FeedSecond m_nextSlot{}; // the end of the next slot of 10 s
    PopTotals m_sinceStart;
    FleetRollup m_rollup;
    Points m_points;
};

} // namespace surgescope::feeds
