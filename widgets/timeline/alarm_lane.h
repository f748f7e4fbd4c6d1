// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/timeline.h"

#include "widgets/timeline/timeline_scale.h"

#include <QRectF>

#include <cstddef>
#include <vector>

class QPainter;

namespace surgescope::widgets {

/// Where an alarm's bar is painted.
struct LaneBar {
    std::size_t alarm = 0; // position in Timeline::alarms
    QRectF box;
    bool operator==(const LaneBar&) const = default;
};
/// In the lowest part of `track`, in rows that share it: critical ones first, then by their beginning. Where
/// there are more at one time than rows, the last row has several. `unit` is a pixel at scale 1.
std::vector<LaneBar> placeBars(const feeds::Timeline& timeline, const TimelineScale& scale,
                               const QRectF& track, double unit);

/// Full: nobody has acknowledged it. Half: somebody has. An outline: nobody was told yet. Dotted: nothing is
/// measured any more.
void paintAlarmLane(QPainter& painter, const feeds::Timeline& timeline, const TimelineScale& scale,
                    const QRectF& track, double unit);

} // namespace surgescope::widgets
