// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/timeline/event_rows.h"
#include "widgets/timeline/timeline_layout.h"
#include "widgets/timeline/timeline_scale.h"
#include "widgets/timeline/timeline_window.h"

#include <optional>
#include <vector>

class QFont;
class QPainter;

namespace surgescope::widgets {

/// What the hand adds to the picture.
struct TimelineLook {
    std::optional<TimelineTime> hover;
    std::optional<TimelineTime> held;  // the handle, while it is dragged
    std::optional<TimelineRange> loop; // shown instead of the one in effect: being drawn, or switched off
    TimelineWindow window;             // which part is seen
    bool lit = false;                  // the live dot: a new second has just come
    bool ofNow = true;                 // the newest second is of now, not of a recording or of another clock
};

/// The whole bar, ground included. Stateless.
void paintTimeline(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& layout,
                   const TimelineLook& look);

TimelineScale scaleOf(const feeds::Timeline& timeline, const TimelineLayout& layout,
                      const TimelineWindow& window = {});

/// An event's text beside its tick, `row` high; nothing where there was no room.
struct EventLabel {
    std::size_t event = 0; // position among the rows
    QRectF box;
};
/// Releases first, then in the order of time, so that labels stay where they are while a feed goes on. No two
/// overlap.
std::vector<EventLabel> placeEventLabels(const std::vector<EventRow>& rows, const TimelineScale& scale,
                                         const QRectF& row, const QFont& font);

} // namespace surgescope::widgets
