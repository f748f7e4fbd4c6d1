// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/alarm/alarm_text.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QPolygonF>

#include <string>

namespace surgescope::widgets {

using feeds::AlarmState;
using feeds::Card;
using feeds::Severity;
using feeds::Verdict;

QString verdictText(Verdict verdict) {
    switch (verdict) {
    case Verdict::fine: return QStringLiteral("FINE");
    case Verdict::watch: return QStringLiteral("WATCH");
    case Verdict::act: return QStringLiteral("ACT");
    case Verdict::blind: break;
    }
    return QStringLiteral("BLIND");
}

QColor verdictColour(Verdict verdict) {
    const Palette& p = colours();
    switch (verdict) {
    case Verdict::fine: return p.good;
    case Verdict::watch: return p.elevated;
    case Verdict::act: return p.overload;
    case Verdict::blind: break;
    }
    return p.silent;
}

namespace {
QColor alarmColour(bool isSilence, Severity severity) {
    const Palette& p = colours();
    if (isSilence) return p.silent;
    return severity == Severity::critical ? p.overload : p.elevated;
}
} // namespace

QColor cardColour(const Card& card) {
    return alarmColour(card.isSilence, card.severity);
}

QColor barColour(const feeds::AlarmBar& bar) {
    return alarmColour(bar.isSilence, bar.severity);
}

void paintCardShape(QPainter& painter, const Card& card, const QRectF& box) {
    const QColor colour = cardColour(card);
    const bool isFull = card.state == AlarmState::unacked && !card.shelvedUntil;
    const double wide = std::max(1.5, box.width() / 9);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, wide, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    painter.setBrush(isFull ? QBrush(colour) : QBrush(Qt::NoBrush));
    const QRectF inner = box.adjusted(wide, wide, -wide, -wide);
    if (card.isSilence) {
        painter.drawRect(inner);
        painter.setPen(QPen(isFull ? colours().silentCross : colour, wide * 1.5));
        const double in = inner.width() / 4;
        painter.drawLine(inner.topLeft() + QPointF(in, in), inner.bottomRight() - QPointF(in, in));
        painter.drawLine(inner.topRight() + QPointF(-in, in), inner.bottomLeft() + QPointF(in, -in));
    } else if (card.severity == Severity::critical) {
        const QPointF c = inner.center();
        painter.drawPolygon(QPolygonF{
            {c.x(), inner.top()}, {inner.right(), c.y()}, {c.x(), inner.bottom()}, {inner.left(), c.y()}});
    } else {
        painter.drawPolygon(
            QPolygonF{{inner.center().x(), inner.top()}, inner.bottomRight(), inner.bottomLeft()});
    }
    painter.restore();
}

QString alarmTime(feeds::FeedSecond at, const TimeWords& words) {
    if (words.release) return formatSinceRelease((at - *words.release).count());
    return QString::fromStdString(feeds::utcText(at)).mid(11) + QStringLiteral(" UTC");
}

QString cardState(const Card& card, const TimeWords& words) {
    const auto named = [&](const QString& what) {
        return card.by.empty() ? what : what + QStringLiteral(" by ") + QString::fromStdString(card.by);
    };
    QString text = QStringLiteral("since ") + alarmTime(card.since, words) + QStringLiteral(" · ");
    if (card.isClearing) text.prepend(QStringLiteral("within its limit now · "));
    if (card.shelvedUntil)
        text += named(QStringLiteral("shelved until ") + alarmTime(*card.shelvedUntil, words));
    else if (card.state == AlarmState::acked)
        text += named(QStringLiteral("acknowledged"));
    else if (card.state == AlarmState::returned)
        text += (card.until ? QStringLiteral("gone at ") + alarmTime(*card.until, words)
                            : QStringLiteral("gone")) +
                QStringLiteral(", nobody has seen it");
    else
        text += QStringLiteral("unacknowledged");
    if (card.isBlind) text += QStringLiteral(" · not measured now");
    if (card.isChattering) text += QStringLiteral(" · comes and goes");
    if (card.inhibited > 0) text += QStringLiteral(" · explains %1 more").arg(card.inhibited);
    return text;
}

QString frozenText(const std::vector<feeds::FrozenWall>& walls, const TimeWords& words) {
    QStringList all;
    for (const auto& wall : walls)
        all << QStringLiteral("wall %1 is %2 since %3")
                   .arg(QString::fromStdString(wall.name),
                        wall.isSilent ? QStringLiteral("frozen or cut off") : QStringLiteral("frozen"),
                        alarmTime(wall.since, words));
    return all.join(QStringLiteral("; "));
}

} // namespace surgescope::widgets
