// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/fleet_state.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// Draws from the fleet's state what a recording keeps beside the messages: points of all charts, and merged
/// totals. A second is taken some seconds after it settled, so that late reports are in it. One thread.
class RollupMaker {
  public:
    /// So many seconds are merged into one rollup. Not each for itself: with one publisher a PoP it would be
    /// as large as the reports it stands for, and double the recording.
    static constexpr std::chrono::seconds kWidth{10};
    /// How far the settled second is ahead when a second is taken: reports may be late by as much, and no PoP
    /// that runs ahead has closed it.
    static constexpr std::chrono::seconds kLate{3};
    /// The same for slots of 10 and 60 s, which are whole once their last second has closed.
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

  private:
    void addUp(const FleetState& state, FeedSecond second);
    void giveRollup(const FleetState& state, FeedSecond end, Sink& sink);
    void givePoints(const FleetState& state, std::chrono::seconds width, FeedSecond end, Sink& sink);

    std::uint64_t m_epoch = 0;
    FeedSecond m_next{};                            // the next second to be taken
    FeedSecond m_nextSlot{};                        // the end of the next slot of 10 s
    std::map<std::string, FleetRollup::Pop> m_sums; // by PoP, since the last rollup
    PopTotals m_sinceStart;
    FleetRollup m_rollup;
    Points m_points;
};

} // namespace surgescope::feeds
