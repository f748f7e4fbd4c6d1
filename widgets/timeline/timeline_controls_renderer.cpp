// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_controls_renderer.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/timeline/timeline_text.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPolygonF>

#include <chrono>

namespace surgescope::widgets {

namespace {

using Mode = feeds::Timeline::Mode;
using State = feeds::Timeline::Recording::State;

void drawWord(QPainter& painter, const QRectF& box, int align, const QFont& font, const QColor& colour,
              const QString& text) {
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(box, align | Qt::AlignVCenter,
                     QFontMetricsF(font).elidedText(text, Qt::ElideRight, box.width()));
}

/// It brightens with each second that arrives, so a feed that stands still has a dot that does.
void paintLiveDot(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at,
                  const TimelineLook& look) {
    const Palette& p = colours();
    const QPointF middle = at.button.center();
    const double radius = 8 * at.scale;
    painter.setBrush(Qt::NoBrush);
    if (timeline.empty) {
        painter.setPen(QPen(p.faint, 2 * at.scale));
        painter.drawEllipse(middle, radius, radius);
        return;
    }
    const QColor colour = look.ofNow ? p.good : p.muted;
    QColor halo = colour;
    halo.setAlpha(look.lit ? 90 : 35);
    painter.setPen(Qt::NoPen);
    painter.setBrush(halo);
    painter.drawEllipse(middle, radius * 1.9, radius * 1.9);
    painter.setBrush(look.lit ? colour.lighter(125) : colour);
    painter.drawEllipse(middle, radius, radius);
}

/// Whether one can go back, and how far.
void paintLiveWords(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at,
                    bool ofNow) {
    const Palette& p = colours();
    const QFont large = textFont(20 * at.scale, QFont::DemiBold);
    if (timeline.empty)
        return drawWord(painter, at.speed.united(at.below), Qt::AlignLeft, large, p.faint,
                        QStringLiteral("waiting"));
    drawWord(painter, at.speed, Qt::AlignLeft, large, ofNow ? p.good : p.text,
             ofNow ? QStringLiteral("NOW") : QStringLiteral("THEN"));
    const auto& back = timeline.buffered;
    drawWord(painter, at.below, Qt::AlignLeft, textFont(14 * at.scale, QFont::Medium), p.muted,
             back ? QStringLiteral("history ") +
                        formatAge(std::chrono::duration<double>(back->to - back->from).count())
                  : QStringLiteral("no history"));
}

void paintButton(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at) {
    const Palette& p = colours();
    const double s = at.scale;
    painter.setPen(QPen(p.muted, 1.5 * s));
    painter.setBrush(p.background);
    painter.drawEllipse(at.button);
    const QPointF c = at.button.center();
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.text);
    if (timeline.atEnd) { // what the button does then: once more from the beginning
        const QRectF ring = QRectF(-8 * s, -8 * s, 16 * s, 16 * s).translated(c);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(p.text, 2.5 * s));
        painter.drawArc(ring, 100 * 16, 290 * 16);
        painter.setPen(Qt::NoPen);
        painter.setBrush(p.text);
        const QPointF tip(c.x() + 1 * s, ring.top());
        painter.drawPolygon(QPolygonF{tip + QPointF(-7 * s, 0.5 * s), tip + QPointF(1 * s, -5 * s),
                                      tip + QPointF(1 * s, 6 * s)});
    } else if (timeline.paused) {
        painter.drawPolygon(
            QPolygonF{c + QPointF(-5.5 * s, -9 * s), c + QPointF(9 * s, 0), c + QPointF(-5.5 * s, 9 * s)});
    } else {
        painter.drawRect(QRectF(c.x() - 7 * s, c.y() - 8 * s, 4.5 * s, 16 * s));
        painter.drawRect(QRectF(c.x() + 2.5 * s, c.y() - 8 * s, 4.5 * s, 16 * s));
    }
}

void paintSpeed(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at) {
    const Palette& p = colours();
    const double s = at.scale;
    drawWord(painter, at.speed, Qt::AlignHCenter, textFont(20 * s, QFont::DemiBold), p.text,
             speedText(timeline.speed));
    painter.setPen(QPen(p.muted, 1.8 * s, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    for (const int side : {-1, 1}) {
        const QPointF tip = at.speed.center() + QPointF(side * 39 * s, 0);
        painter.drawPolyline(
            QPolygonF{tip + QPointF(-side * 5 * s, -5 * s), tip, tip + QPointF(-side * 5 * s, 5 * s)});
    }
}

void paintBelow(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at) {
    const Palette& p = colours();
    if (timeline.mode == Mode::behindLive) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(p.good);
        painter.drawRoundedRect(at.below, at.below.height() / 2, at.below.height() / 2);
        drawWord(painter, at.below, Qt::AlignHCenter, textFont(14 * at.scale, QFont::DemiBold), p.background,
                 QStringLiteral("go live"));
        return;
    }
    const bool still = timeline.atEnd || timeline.paused;
    drawWord(painter, at.below, Qt::AlignHCenter,
             textFont(14 * at.scale, still ? QFont::DemiBold : QFont::Medium), still ? p.elevated : p.muted,
             timeline.atEnd    ? QStringLiteral("at end")
             : timeline.paused ? QStringLiteral("paused")
                               : QStringLiteral("playing"));
}

void paintClock(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at,
                TimelineTime shown) {
    const Palette& p = colours();
    const QRectF upper(at.clock.left(), at.clock.top(), at.clock.width(), 27 * at.scale);
    const QRectF lower(at.clock.left(), upper.bottom(), at.clock.width(), at.clock.bottom() - upper.bottom());
    const QFont large = textFont(21 * at.scale, QFont::DemiBold);
    if (timeline.empty) {
        drawWord(painter, at.clock, Qt::AlignRight, large, p.faint, QStringLiteral("–"));
        return;
    }
    const QString utc = utcAt(shown), since = sinceReleaseAt(timeline, shown);
    drawWord(painter, upper, Qt::AlignRight, large, timeline.mode == Mode::behindLive ? p.elevated : p.text,
             since.isEmpty() ? utc.mid(11, 8) : since);
    drawWord(painter, lower, Qt::AlignRight, textFont(14 * at.scale), p.muted, utc);
}

void paintRecording(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& at) {
    const Palette& p = colours();
    const double s = at.scale;
    const feeds::Timeline::Recording& r = timeline.recording;
    const RecordingText text = recordingText(timeline);
    if (text.failed) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(p.overload);
        painter.drawRoundedRect(at.recording.adjusted(-8 * s, -2 * s, 8 * s, 2 * s), 4 * s, 4 * s);
    }
    if (timeline.mode != Mode::replay) {
        const bool toKeep = r.state == State::recording && !r.flight;
        const QColor colour = text.failed ? p.background : toKeep ? p.text : p.muted;
        painter.setPen(QPen(colour, 1.8 * s));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at.record.center(), 7 * s, 7 * s);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        const double filled = r.state != State::recording ? 0 : toKeep ? 5 * s : 2.5 * s;
        painter.drawEllipse(at.record.center(), filled, filled);
    }

    QRectF upper(at.record.right() + 8 * s, at.record.top(), 0, at.record.height());
    upper.setRight(at.recording.right() - 4 * s);
    drawWord(painter, upper, Qt::AlignLeft, textFont(16 * s, text.failed ? QFont::DemiBold : QFont::Medium),
             text.firstColour, text.first);
    QRectF lower(upper.left(), at.keep.top(), upper.width(), at.keep.height());
    if (r.flight && r.state == State::recording) {
        painter.setPen(QPen(p.muted, 1.2 * s));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(at.keep, at.keep.height() / 2, at.keep.height() / 2);
        drawWord(painter, at.keep, Qt::AlignHCenter, textFont(13 * s, QFont::Medium), p.text,
                 QStringLiteral("keep"));
        lower.setLeft(at.keep.right() + 8 * s);
    }
    drawWord(painter, lower, Qt::AlignLeft, textFont(14 * s, QFont::Medium), text.secondColour, text.second);
}

} // namespace

void paintTimelineControls(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& layout,
                           const TimelineLook& look) {
    if (layout.trackOnly) return;
    painter.setRenderHint(QPainter::Antialiasing);
    if (timeline.mode == Mode::live || timeline.empty) {
        paintLiveDot(painter, timeline, layout, look);
        paintLiveWords(painter, timeline, layout, look.ofNow);
    } else {
        paintButton(painter, timeline, layout);
        paintSpeed(painter, timeline, layout);
        paintBelow(painter, timeline, layout);
    }
    if (look.held) paintClock(painter, timeline, layout, *look.held); // otherwise the header has it
    paintRecording(painter, timeline, layout);
}

} // namespace surgescope::widgets
