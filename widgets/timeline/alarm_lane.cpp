// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/alarm_lane.h"

#include "widgets/alarm/alarm_text.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr std::size_t kMostLanes = 3;
constexpr double kLaneHigh = 4; // units
constexpr double kLaneEvery = 5.5;
constexpr double kLeastBar = 3; // however short, it is seen

TimelineTime beginOf(const feeds::AlarmBar& bar) {
    return bar.pieces.front().from;
}

TimelineTime endOf(const feeds::AlarmBar& bar, const feeds::Timeline& timeline) {
    return bar.to ? TimelineTime(*bar.to) : std::max(timeline.judgedTo.value_or(timeline.end), beginOf(bar));
}

void paintPiece(QPainter& painter, const QRectF& box, feeds::AlarmBar::Look look, QColor colour,
                double unit) {
    switch (look) {
    case feeds::AlarmBar::Look::unacked: return painter.fillRect(box, colour);
    case feeds::AlarmBar::Look::acked: colour.setAlpha(115); return painter.fillRect(box, colour);
    case feeds::AlarmBar::Look::pending:
        painter.setPen(QPen(colour, 1));
        painter.setBrush(Qt::NoBrush);
        return painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
    case feeds::AlarmBar::Look::blind: break;
    }
    for (double x = box.left(); x < box.right(); x += 2 * kLaneHigh * unit)
        painter.fillRect(QRectF(x, box.top(), std::min(kLaneHigh * unit, box.right() - x), box.height()),
                         colour);
}

} // namespace

std::vector<LaneBar> placeBars(const feeds::Timeline& timeline, const TimelineScale& scale,
                               const QRectF& track, double unit) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < timeline.alarms.size(); ++i)
        if (const auto& bar = timeline.alarms[i]; !bar.pieces.empty() && beginOf(bar) <= scale.shown().to &&
                                                  endOf(bar, timeline) >= scale.shown().from)
            order.push_back(i);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return timeline.alarms[a].severity > timeline.alarms[b].severity;
    });
    const auto fit = static_cast<std::size_t>(std::max(track.height() / (kLaneEvery * unit), 1.0));
    const std::size_t count = std::min(fit, kMostLanes);
    std::array<std::vector<QRectF>, kMostLanes> lanes;
    std::vector<LaneBar> placed;
    for (const std::size_t i : order) {
        const auto& bar = timeline.alarms[i];
        const double from = scale.xOf(beginOf(bar));
        QRectF box(from, 0, std::max(kLeastBar * unit, scale.xOf(endOf(bar, timeline)) - from),
                   kLaneHigh * unit);
        std::size_t lane = 0;
        const auto isTaken = [&](std::size_t candidate) {
            return std::ranges::any_of(lanes[candidate], [&](const QRectF& other) {
                return other.left() < box.right() + unit && box.left() < other.right() + unit;
            });
        };
        while (lane + 1 < count && isTaken(lane))
            ++lane;
        box.moveTop(track.bottom() - (static_cast<double>(count - lane) * kLaneEvery) * unit);
        lanes[lane].emplace_back(box.left(), 0, box.width(), 1);
        placed.push_back({i, box});
    }
    return placed;
}

void paintAlarmLane(QPainter& painter, const feeds::Timeline& timeline, const TimelineScale& scale,
                    const QRectF& track, double unit) {
    for (const LaneBar& placed : placeBars(timeline, scale, track, unit)) {
        const auto& bar = timeline.alarms[placed.alarm];
        for (std::size_t i = 0; i < bar.pieces.size(); ++i) {
            const double from = scale.xOf(bar.pieces[i].from);
            const double to =
                i + 1 < bar.pieces.size() ? scale.xOf(bar.pieces[i + 1].from) : placed.box.right();
            if (to > from)
                paintPiece(painter, {from, placed.box.top(), to - from, placed.box.height()},
                           bar.pieces[i].look, barColour(bar), unit);
        }
    }
}

} // namespace surgescope::widgets
