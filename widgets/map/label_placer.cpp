// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/label_placer.h"

#include <algorithm>
#include <array>

namespace surgescope::widgets {

std::vector<std::optional<QRectF>> placeLabels(std::span<const LabelWish> wishes, const QRectF& area,
                                               std::span<const QRectF> obstacles) {
    // Where the label's nearest point lies, seen from the anchor: right first, as people read.
    static constexpr std::array<QPointF, 8> kSides{QPointF{1, 0},     QPointF{-1, 0},      QPointF{0.7, -0.7},
                                                   QPointF{0.7, 0.7}, QPointF{-0.7, -0.7}, QPointF{-0.7, 0.7},
                                                   QPointF{0, -1},    QPointF{0, 1}};
    static constexpr int kSteps = 4; // outwards
    std::vector<QRectF> taken(obstacles.begin(), obstacles.end());
    std::vector<std::optional<QRectF>> placed;
    const auto place = [&](const LabelWish& wish, double reach) -> std::optional<QRectF> {
        for (const QPointF& side : kSides) {
            QRectF box(QPointF(), wish.size);
            QPointF centre = wish.anchor;
            if (side.x() != 0) // the whole width beside the anchor, not part of it
                centre.rx() += side.x() * reach + (side.x() > 0 ? wish.size.width() : -wish.size.width()) / 2;
            if (side.y() != 0)
                centre.ry() +=
                    side.y() * reach + (side.y() > 0 ? wish.size.height() : -wish.size.height()) / 2;
            box.moveCenter(centre);
            const bool free =
                area.contains(box) &&
                std::none_of(taken.begin(), taken.end(), [&](const QRectF& t) { return t.intersects(box); });
            if (free) return box;
        }
        return std::nullopt;
    };
    for (const LabelWish& wish : wishes) {
        std::optional<QRectF> found = place(wish, wish.radius);
        for (int i = 1; !found && wish.farther > 0 && i <= kSteps; ++i)
            found = place(wish, wish.radius + wish.farther * i / kSteps);
        if (found) taken.push_back(*found);
        placed.push_back(found);
    }
    return placed;
}

} // namespace surgescope::widgets
