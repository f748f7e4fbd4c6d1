// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recording_index.h"
#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"
#include "feeds/util/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// The curve and the events of a feed since it began, for the timeline, gathered from its frames; and as much
/// of the time before as can be gone back to and somebody may look for. Bounded: when there are too many
/// points, two become one. One thread.
class LiveHistory {
  public:
    static constexpr std::size_t kMostPoints = 600;

    void add(const Frame& frame, SteadyTime now);
    /// Somebody keeps what was before, since then; nothing: nobody. An hour of it is shown, or what there is
    /// from a quarter of an hour before the release on.
    void setKept(std::optional<RecordedTime> since);
    /// Somebody looks at that moment: as much again before it is shown, if it is kept.
    void reachBack(RecordedTime at);
    /// What was opened of that time tells what there was in it.
    void fill(const RecordingIndex& recording);
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
    void fillFrom(FeedSecond begin, std::chrono::seconds step, const std::vector<float>& values);
    void beginAt(FeedSecond second);
    void coarsen();

    FeedSecond m_begin{}; // where the first step begins
    FeedSecond m_end{};
    SteadyTime m_movedAt; // when the settled second last moved
    std::chrono::seconds m_step{1};
    std::vector<Point> m_points;
    std::vector<EventMark> m_events;
    std::vector<EventMark> m_earlier; // of before it began, by time
    std::optional<FeedSecond> m_releaseAt;
    FeedSecond m_heardFrom{}; // where its own points begin
    std::optional<FeedSecond> m_kept;
    std::uint64_t m_epoch = 0;
};

} // namespace surgescope::feeds
