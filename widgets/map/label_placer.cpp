// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/label_placer.h"

#include <algorithm>
#include <array>

namespace surgescope::widgets {

namespace {

/// Whether a line from one point to another meets a box (Liang and Barsky's clipping).
bool crosses(const QRectF& box, QPointF from, QPointF to) {
    double first = 0, last = 1;
    const auto clip = [&](double along, double room) {
        if (along == 0) return room >= 0;
        const double at = room / along;
        if (along < 0)
            first = std::max(first, at);
        else
            last = std::min(last, at);
        return first <= last;
    };
    const QPointF way = to - from;
    return clip(-way.x(), from.x() - box.left()) && clip(way.x(), box.right() - from.x()) &&
           clip(-way.y(), from.y() - box.top()) && clip(way.y(), box.bottom() - from.y());
}

} // namespace

std::vector<std::optional<QRectF>> placeLabels(std::span<const LabelWish> wishes, const QRectF& area,
                                               std::span<const QRectF> obstacles) {
    // Where the label's nearest point lies, seen from the anchor: right first, as people read.
    static constexpr std::array<QPointF, 8> kSides{QPointF{1, 0},     QPointF{-1, 0},      QPointF{0.7, -0.7},
                                                   QPointF{0.7, 0.7}, QPointF{-0.7, -0.7}, QPointF{-0.7, 0.7},
                                                   QPointF{0, -1},    QPointF{0, 1}};
    static constexpr int kSteps = 8; // outwards
    std::vector<QRectF> taken(obstacles.begin(), obstacles.end());
    const auto isFree = [&](const QRectF& box) {
        return area.contains(box) &&
               std::none_of(taken.begin(), taken.end(), [&](const QRectF& t) { return t.intersects(box); });
    };
    const auto boxAt = [](const LabelWish& wish, const QPointF& side, double reach) {
        QRectF box(QPointF(), wish.size);
        QPointF centre = wish.anchor;
        if (side.x() != 0) // the whole width beside the anchor, not part of it
            centre.rx() += side.x() * reach + (side.x() > 0 ? wish.size.width() : -wish.size.width()) / 2;
        if (side.y() != 0)
            centre.ry() += side.y() * reach + (side.y() > 0 ? wish.size.height() : -wish.size.height()) / 2;
        box.moveCenter(centre);
        return box;
    };
    const auto crossed = [&](const LabelWish& wish, const QRectF& box) {
        const QPointF end(std::clamp(wish.anchor.x(), box.left(), box.right()),
                          std::clamp(wish.anchor.y(), box.top(), box.bottom()));
        return std::count_if(taken.begin(), taken.end(), [&](const QRectF& t) {
            return !t.contains(wish.anchor) && crosses(t, wish.anchor, end);
        });
    };
    const auto place = [&](const LabelWish& wish) -> std::optional<QRectF> {
        if (wish.before) {
            QRectF box(QPointF(), wish.size);
            box.moveCenter(wish.anchor + *wish.before);
            if (isFree(box)) return box;
        }
        for (const QPointF& side : kSides)
            if (const QRectF box = boxAt(wish, side, wish.radius); isFree(box)) return box;
        std::optional<QRectF> best;
        std::ptrdiff_t least = 0;
        for (int i = 1; wish.farther > 0 && i <= kSteps; ++i)
            for (const QPointF& side : kSides) {
                const QRectF box = boxAt(wish, side, wish.radius + wish.farther * i / kSteps);
                if (!isFree(box)) continue;
                const auto crossings = crossed(wish, box);
                if (best && crossings >= least) continue;
                best = box;
                least = crossings;
            }
        return best;
    };
    std::vector<std::optional<QRectF>> placed;
    for (const LabelWish& wish : wishes) {
        const std::optional<QRectF> found = place(wish);
        if (found) taken.push_back(*found);
        placed.push_back(found);
    }
    return placed;
}

} // namespace surgescope::widgets
