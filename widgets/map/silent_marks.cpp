// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/silent_marks.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <QPainterPathStroker>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kLetters = 17;    // pixels at scale 1, as all that follow
constexpr double kAround = 18;     // of an outline, from what it is around
constexpr double kPixelsOfWay = 6; // that may be covered to be nearer by one
constexpr double kKept = 1.5;      // times as bad as the best may be where the words have stood

QFont wordsFont(double scale) {
    return textFont(kLetters * scale, QFont::DemiBold);
}

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

/// Around all points, by gift wrapping.
QPolygonF hullOf(std::span<const QPointF> points) {
    QPolygonF hull;
    auto at = *std::ranges::min_element(points, {}, &QPointF::x);
    do {
        hull.append(at);
        QPointF next = points.front();
        for (const QPointF& other : points) {
            const QPointF a = next - at, b = other - at;
            if (next == at || a.x() * b.y() - a.y() * b.x() < 0) next = other;
        }
        at = next;
    } while (at != hull.front() && hull.size() <= static_cast<qsizetype>(points.size()));
    return hull;
}

} // namespace

void paintSilentMark(QPainter& painter, QPointF at, double scale) {
    const Palette& p = colours();
    const double half = kSilentMark * scale / 2;
    painter.setPen(QPen(p.background, 1.5 * scale));
    painter.setBrush(p.silent);
    painter.drawRect(QRectF(at - QPointF(half, half), QSizeF(2 * half, 2 * half)));
    painter.setPen(QPen(p.silentCross, 3 * scale, Qt::SolidLine, Qt::FlatCap));
    const double arm = half * 0.58;
    painter.drawLine(at + QPointF(-arm, -arm), at + QPointF(arm, arm));
    painter.drawLine(at + QPointF(arm, -arm), at + QPointF(-arm, arm));
}

QRectF placeSilentWords(const QString& text, std::span<const QPointF> at, const QRectF& area,
                        std::span<const QRectF> obstacles, const std::optional<QRectF>& before,
                        double scale) {
    if (at.empty()) return {};
    const double wide =
        std::min(QFontMetricsF(wordsFont(scale)).horizontalAdvance(text) + 17 * scale, area.width());
    const QSizeF size(wide, (kLetters + 12) * scale);
    const QRectF marks = boundsOf(at);
    const QPointF middle = marks.center();
    const auto cost = [&](const QRectF& place) {
        const QRectF inside = place.intersected(area);
        double covered = size.width() * size.height() - inside.width() * inside.height();
        for (const QRectF& obstacle : obstacles) {
            const QRectF both = place.intersected(obstacle);
            covered += both.isEmpty() ? 0 : both.width() * both.height();
        }
        const QPointF way = QPointF(std::clamp(middle.x(), place.left(), place.right()),
                                    std::clamp(middle.y(), place.top(), place.bottom())) -
                            middle;
        return covered + kPixelsOfWay * scale * std::hypot(way.x(), way.y()); // near is better than far
    };
    std::optional<QRectF> best;
    for (const double away : {30.0, 60.0, 110.0, 170.0, 240.0})
        for (const QPointF& side : {QPointF(-1, 0), QPointF(1, 0), QPointF(-1, -0.6), QPointF(-1, 0.6),
                                    QPointF(1, -0.6), QPointF(1, 0.6), QPointF(0, 1), QPointF(0, -1)}) {
            QRectF place(QPointF(), size);
            place.moveCenter(middle +
                             QPointF(side.x() * (marks.width() + size.width()) / 2,
                                     side.y() * (marks.height() + size.height()) / 2) +
                             side * away * scale);
            place.moveLeft(std::clamp(place.left(), area.left(), std::max(area.left(), area.right() - wide)));
            place.moveTop(
                std::clamp(place.top(), area.top(), std::max(area.top(), area.bottom() - size.height())));
            if (!best || cost(place) < cost(*best)) best = place;
        }
    QRectF kept(QPointF(), size);
    if (before) kept.moveCenter(before->center());
    return before && cost(kept) <= kKept * cost(*best) ? kept : *best;
}

void paintSilentPops(QPainter& painter, const QString& text, std::span<const QPointF> at, const QRectF& box,
                     double scale) {
    if (at.empty()) return;
    const Palette& p = colours();
    const double pad = 8 * scale;
    const QPointF to = boundsOf(at).center();
    painter.setPen(QPen(p.silent, 2 * scale));
    painter.drawLine(
        QPointF(std::clamp(to.x(), box.left(), box.right()), std::clamp(to.y(), box.top(), box.bottom())),
        to);
    if (at.size() > kMostSilentMarks) {
        QPainterPath around;
        around.addPolygon(hullOf(at));
        around.closeSubpath();
        QPainterPathStroker wider;
        wider.setWidth(2 * kAround * scale);
        wider.setJoinStyle(Qt::RoundJoin);
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(wider.createStroke(around).united(around).simplified());
        paintSilentMark(painter, to, scale);
    } else {
        for (const QPointF& point : at)
            paintSilentMark(painter, point, scale);
    }
    painter.setPen(QPen(p.silent, 2 * scale));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(box, 4 * scale, 4 * scale);
    painter.setFont(wordsFont(scale));
    painter.setPen(p.text);
    painter.drawText(box.adjusted(pad, 0, -pad, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, box.width() - 2 * pad));
}

} // namespace surgescope::widgets
