// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/timeline/timeline_scale.h"

#include <chrono>
#include <optional>

namespace surgescope::widgets {

/// Which part of a timeline is seen. A value; `whole` is told with each call, for that of a live feed grows.
/// What has been chosen stays where it is meanwhile, and all of it stays all of it.
class TimelineWindow {
  public:
    /// One can aim at a single second long before.
    static constexpr std::chrono::seconds kShortest{10};

    bool isWhole() const { return !m_shown; }
    /// Never outside of `whole`.
    TimelineRange of(const TimelineRange& whole) const;

    /// `factor` above 1: closer. The moment `at` stays where it is on the screen, if it can.
    void zoom(const TimelineRange& whole, TimelineTime at, double factor);
    /// To later moments, or with what is negative to earlier ones.
    void pan(const TimelineRange& whole, std::chrono::milliseconds by);
    void centre(const TimelineRange& whole, TimelineTime at);
    /// Moves no further than needed to have it in view, and what is next to it, too.
    void keepInView(const TimelineRange& whole, TimelineTime at);
    void showWhole() { m_shown.reset(); }

    bool operator==(const TimelineWindow&) const = default;

  private:
    void show(const TimelineRange& whole, TimelineTime from, std::chrono::milliseconds length);

    std::optional<TimelineRange> m_shown; // as it was chosen
};

} // namespace surgescope::widgets
