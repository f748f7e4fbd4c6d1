// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/silent_marks.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>

#include <algorithm>
#include <array>

namespace surgescope::widgets {

namespace {

constexpr double kMark = 20; // pixels at scale 1, as all that follow
constexpr double kLetters = 17;
constexpr double kAway = 46; // of the box from the marks

QRectF boundsOf(std::span<const QPointF> points) {
    QRectF bounds(points.front(), QSizeF(0, 0));
    for (const QPointF& point : points) {
        bounds.setLeft(std::min(bounds.left(), point.x()));
        bounds.setRight(std::max(bounds.right(), point.x()));
        bounds.setTop(std::min(bounds.top(), point.y()));
        bounds.setBottom(std::max(bounds.bottom(), point.y()));
    }
    return bounds;
}

/// Beside what is told of, where it covers least: above, below, left or right.
QRectF placeFor(QSizeF size, const QRectF& marks, const QRectF& area, std::span<const QRectF> obstacles,
                double away) {
    const QPointF middle = marks.center();
    const double w = size.width(), h = size.height();
    const std::array places{QRectF({middle.x() - w / 2, marks.top() - away - h}, size),
                            QRectF({middle.x() - w / 2, marks.bottom() + away}, size),
                            QRectF({marks.right() + away, middle.y() - h / 2}, size),
                            QRectF({marks.left() - away - w, middle.y() - h / 2}, size)};
    const auto covers = [&](const QRectF& place) {
        const QRectF inside = place.intersected(area);
        double cost = w * h - inside.width() * inside.height();
        for (const QRectF& obstacle : obstacles) {
            const QRectF both = place.intersected(obstacle);
            cost += both.isEmpty() ? 0 : both.width() * both.height();
        }
        return cost;
    };
    QRectF best = *std::ranges::min_element(places, {}, covers);
    best.moveLeft(std::clamp(best.left(), area.left(), std::max(area.left(), area.right() - w)));
    best.moveTop(std::clamp(best.top(), area.top(), std::max(area.top(), area.bottom() - h)));
    return best;
}

} // namespace

void paintSilentMark(QPainter& painter, QPointF at, double scale) {
    const Palette& p = colours();
    const double half = kMark * scale / 2;
    painter.setPen(QPen(p.background, 1.5 * scale));
    painter.setBrush(p.silent);
    painter.drawRect(QRectF(at - QPointF(half, half), QSizeF(2 * half, 2 * half)));
    painter.setPen(QPen(p.silentCross, 3 * scale, Qt::SolidLine, Qt::FlatCap));
    const double arm = half * 0.58;
    painter.drawLine(at + QPointF(-arm, -arm), at + QPointF(arm, arm));
    painter.drawLine(at + QPointF(arm, -arm), at + QPointF(-arm, arm));
}

QRectF paintSilentPops(QPainter& painter, const QString& text, std::span<const QPointF> at,
                       const QRectF& area, std::span<const QRectF> obstacles, double scale) {
    if (at.empty()) return {};
    const Palette& p = colours();
    const QFont font = textFont(kLetters * scale, QFont::DemiBold);
    const double pad = 8 * scale, high = (kLetters + 12) * scale;
    const QFontMetricsF metrics(font);
    const double wide = std::min(metrics.horizontalAdvance(text) + 2 * pad + 1, area.width());
    const QRectF marks = boundsOf(at);
    const QRectF box = placeFor({wide, high}, marks, area, obstacles, kAway * scale);
    painter.setPen(QPen(p.silent, 2 * scale));
    const QPointF to = marks.center();
    painter.drawLine(
        QPointF(std::clamp(to.x(), box.left(), box.right()), std::clamp(to.y(), box.top(), box.bottom())),
        to);
    for (const QPointF& point : at)
        paintSilentMark(painter, point, scale);
    painter.setPen(QPen(p.silent, 2 * scale));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(box, 4 * scale, 4 * scale);
    painter.setFont(font);
    painter.setPen(p.text);
    painter.drawText(box.adjusted(pad, 0, -pad, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(text, Qt::ElideRight, box.width() - 2 * pad));
    return box;
}

} // namespace surgescope::widgets
