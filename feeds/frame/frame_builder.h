// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/view_request.h"
#include "feeds/state/baseline.h"
#include "feeds/state/fleet_state.h"

#include <memory>
#include <optional>

namespace surgescope::feeds {

/// Reduces the fleet's state to what a view request can show. Feed thread only. The parts that depend on feed
/// time alone are rebuilt when the settled second, the epoch or the request changes and shared between frames
/// otherwise.
class FrameBuilder {
  public:
    /// Settled state in, frame out. `baseline` may be null. `health` comes from whoever runs the feed; node
    /// counts are filled in here.
    std::shared_ptr<const Frame> build(FleetState& state, const ViewRequest& request,
                                       const Baseline* baseline, FeedHealth health, SteadyTime now);

  private:
    struct Key {
        std::optional<FeedSecond> settled;
        std::uint64_t epoch = 0;
        ViewRequest request;
        std::uint64_t expected = 0;
        std::optional<FeedSecond> releaseAt;
        const Baseline* baseline = nullptr;
        bool operator==(const Key&) const = default;
    };
    struct TimeParts; // charts and heatmap

    Key m_key;
    std::shared_ptr<const TimeParts> m_timeParts;
    std::uint64_t m_serial = 0;
};

/// The numbers of one place from its totals of one second. `stale`: they are of an earlier second than is
/// shown.
Summary summarise(const PopTotals* totals, std::uint64_t expectedNodes, bool stale);

} // namespace surgescope::feeds
