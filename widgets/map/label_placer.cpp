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
    std::vector<QRectF> taken(obstacles.begin(), obstacles.end());
    std::vector<std::optional<QRectF>> placed;
    for (const LabelWish& wish : wishes) {
        std::optional<QRectF> found;
        for (const QPointF& side : kSides) {
            QRectF box(QPointF(), wish.size);
            const QPointF reach(side.x() * (wish.radius + wish.size.width() / 2),
                                side.y() * wish.radius + (side.y() < 0   ? -wish.size.height() / 2
                                                          : side.y() > 0 ? wish.size.height() / 2
                                                                         : 0));
            QPointF centre = wish.anchor + reach;
            if (side.x() != 0) // the whole width beside the anchor, not part of it
                centre.setX(wish.anchor.x() + side.x() * wish.radius +
                            (side.x() > 0 ? wish.size.width() / 2 : -wish.size.width() / 2));
            box.moveCenter(centre);
            const bool free =
                area.contains(box) &&
                std::none_of(taken.begin(), taken.end(), [&](const QRectF& t) { return t.intersects(box); });
            if (!free) continue;
            found = box;
            taken.push_back(box);
            break;
        }
        placed.push_back(found);
    }
    return placed;
}

} // namespace surgescope::widgets
