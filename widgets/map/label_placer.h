// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <optional>
#include <span>
#include <vector>

namespace surgescope::widgets {

struct LabelWish {
    QPointF anchor;    // centre of what is labelled
    double radius = 0; // of what is labelled: the label stays outside of it
    QSizeF size;
    double farther = 0; // where there is no room beside it, up to so far away is still good
    std::optional<QPointF>
        before; // its middle as seen from the anchor, where it has been: it stays if it can
};

/// Places labels beside their anchors, the first wish first, so that no two overlap, none covers an obstacle
/// and all are inside `area`; of those farther away, where the way there crosses least. What finds no room
/// gets none. Stateless.
std::vector<std::optional<QRectF>> placeLabels(std::span<const LabelWish> wishes, const QRectF& area,
                                               std::span<const QRectF> obstacles);

} // namespace surgescope::widgets
