// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/timeline.h"

#include <QString>

#include <optional>
#include <span>
#include <vector>

namespace surgescope::widgets {

using TimelineTime = feeds::Timeline::Time;
using TimelineRange = feeds::Timeline::Range;

/// Which pixel shows which moment. Pixels are those of the widget, from `left` to `right`.
class TimelineScale {
  public:
    TimelineScale(TimelineRange shown, double left, double right);

    /// Moments outside of what is shown lie at its ends.
    double xOf(TimelineTime at) const;
    /// They lie as far outside as they are.
    double unboundedXOf(TimelineTime at) const;
    /// Pixels outside of the scale mean its ends.
    TimelineTime timeAt(double x) const;
    double pixelsPerSecond() const;

    const TimelineRange& shown() const { return m_shown; }
    double left() const { return m_left; }
    double right() const { return m_right; }

  private:
    TimelineRange m_shown;
    double m_left;
    double m_right;
};

struct TimelineTick {
    TimelineTime at{};
    QString text; // "T+1 h 30 m", "T−90 s"; without a release UTC: "05:12", "2026-11-24"
    bool operator==(const TimelineTick&) const = default;
};

/// Ticks at nice steps of the time since release or, while there is no release, of UTC; at least `room`
/// pixels apart.
std::vector<TimelineTick> timelineTicks(const TimelineScale& scale, std::optional<feeds::FeedSecond> release,
                                        double room);

/// What can be gone to: a whole recording, or what is buffered of a live feed.
std::optional<TimelineRange> seekableRange(const feeds::Timeline& timeline);

bool contains(const TimelineRange& range, TimelineTime at);
bool overlap(const TimelineRange& a, const TimelineRange& b);

/// The speeds that can be chosen, slowest first; the last is infinite: as fast as possible.
std::span<const double> timelineSpeeds();
/// The next one above (or below) any speed; the last (or first) stays.
double nextSpeed(double speed, bool faster);

/// The requests/s that `overview` tells of a moment; NaN where nothing is known.
double overviewAt(const feeds::Timeline& timeline, TimelineTime at);

/// What is `shown` of the overview in about `most` points, each the largest of equally many seconds. A point
/// of which some second is unknown is NaN, so that a short gap stays a gap.
struct ReducedOverview {
    TimelineTime begin{};
    std::chrono::seconds step{1};
    std::vector<float> values; // point i ends at begin + (i + 1) × step
};
ReducedOverview reduceOverview(const feeds::Timeline& timeline, int most, const TimelineRange& shown);

} // namespace surgescope::widgets
