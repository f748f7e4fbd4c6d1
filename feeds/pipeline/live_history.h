// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"
#include "feeds/util/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// The curve and the events of a feed since it began, for the timeline, gathered from its frames. Bounded:
/// when there are too many points, two become one. One thread.
class LiveHistory {
  public:
    static constexpr std::size_t kMostPoints = 600;

    void add(const Frame& frame, SteadyTime now);
    /// Fills begin, end, curve, events and T-0.
    void writeTo(Timeline& timeline) const;

    bool empty() const { return m_points.empty(); }
    /// The newest settled second. Meaningful only if !empty().
    FeedSecond end() const { return m_end; }

  private:
    struct Point { // of one step
        double sum = 0;
        int seconds = 0; // that are known
    };
    void addSecond(FeedSecond second, double requestsPerSecond);

    FeedSecond m_begin{}; // where the first step begins
    FeedSecond m_end{};
    SteadyTime m_movedAt; // when the settled second last moved
    std::chrono::seconds m_step{1};
    std::vector<Point> m_points;
    std::vector<EventMark> m_events;
    std::optional<FeedSecond> m_releaseAt;
    std::uint64_t m_epoch = 0;
};

} // namespace surgescope::feeds
