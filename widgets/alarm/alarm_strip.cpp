// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/alarm/alarm_strip.h"

#include "widgets/alarm/alarm_text.h"
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/base/panel_widget.h"

#include <QClipboard>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextLayout>

#include <algorithm>

namespace surgescope::widgets {

namespace {

using feeds::AlarmState;
using feeds::Card;
using feeds::Severity;
using feeds::Verdict;

constexpr std::size_t kLeastCards = 3, kMostCards = 6;
constexpr double kVerdict = 210; // pixels at scale 1, as all that follow
constexpr double kCounts = 150;
constexpr double kBetween = 10;
constexpr double kCard = 400; // its width, where there is room for more than three
constexpr double kTitle = 19, kTitleHigh = 23, kTodo = 16, kTodoHigh = 20, kState = kLeastType,
                 kStateHigh = 20;
constexpr double kDimmed = 0.4; // half of the time, what blinks

bool blinks(const Card& card) {
    return card.state == AlarmState::unacked && card.severity == Severity::critical;
}

/// Breaks into lines of this width, and cuts the last one short. Returns where it ends.
double drawLines(QPainter& painter, const QString& text, const QRectF& box, double lineHigh) {
    QTextLayout layout(text, painter.font());
    const int most = std::max(1, static_cast<int>(box.height() / lineHigh));
    layout.beginLayout();
    double y = box.top();
    for (int i = 0; i < most; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid()) break;
        line.setLineWidth(box.width());
        const QString rest = text.mid(line.textStart());
        const bool isLast = i + 1 == most;
        const QString shown =
            isLast ? QFontMetricsF(painter.font()).elidedText(rest, Qt::ElideRight, box.width())
                   : rest.left(line.textLength()).trimmed();
        painter.drawText(QRectF(box.left(), y, box.width(), lineHigh), Qt::AlignLeft | Qt::AlignVCenter,
                         shown);
        y += lineHigh;
    }
    layout.endLayout();
    return y;
}

} // namespace

AlarmStrip::AlarmStrip(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(QStringLiteral("What burns"));
    setAccessibleDescription(text());
    m_blink.setInterval(500);
    connect(&m_blink, &QTimer::timeout, this, [this] {
        m_isLit = !m_isLit;
        update();
    });
}

void AlarmStrip::setStatus(std::shared_ptr<const feeds::LiveStatus> status) {
    if (!status) return;
    const bool same =
        m_status && m_status->alarms == status->alarms && m_status->frozenWalls == status->frozenWalls;
    m_status = std::move(status);
    if (same) return;
    if (std::ranges::any_of(m_status->alarms.cards, blinks)) {
        if (!m_blink.isActive()) m_blink.start();
    } else {
        m_blink.stop();
        m_isLit = true;
    }
    setAccessibleDescription(text());
    update();
}

void AlarmStrip::setWords(const TimeWords& words, bool isPast) {
    TimeWords still = words;
    still.now.reset(); // nothing here is said relative to it
    if (still == m_words && isPast == m_isPast) return;
    m_words = still;
    m_isPast = isPast;
    update();
}

void AlarmStrip::setScale(double scale) {
    m_scale = scale;
    update();
}

void AlarmStrip::setWaiting(const QStringList& lines, const QString& command) {
    if (lines == m_waiting && command == m_command) return;
    m_waiting = lines;
    m_command = command;
    setAccessibleDescription(text());
    update();
}

QString AlarmStrip::text() const {
    if (!m_waiting.empty()) return m_waiting.join(u' ');
    if (!m_status) return QStringLiteral("no verdict yet");
    const QString frozen = m_status->frozenWalls.empty()
                               ? QString()
                               : QStringLiteral("; ") + frozenText(m_status->frozenWalls, m_words);
    if (!m_status->alarms.since) return QStringLiteral("no verdict yet") + frozen;
    const auto& alarms = m_status->alarms;
    QString all = verdictText(alarms.verdict) + QStringLiteral(" since ") + alarmTime(*alarms.since, m_words);
    for (const Card& card : alarms.cards)
        all += QStringLiteral("; ") + QString::fromStdString(card.text) + QStringLiteral(", ") +
               cardState(card, m_words);
    return all + frozen;
}

void AlarmStrip::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) act();
}

void AlarmStrip::act() {
    if (m_command.isEmpty()) {
        emit listRequested();
        return;
    }
    QGuiApplication::clipboard()->setText(m_command);
    emit commandCopied();
}

void AlarmStrip::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter) return QWidget::keyPressEvent(event);
    act();
}

void AlarmStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colours().background);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAll(painter);
    if (hasFocus()) paintFocusFrame(painter, rect(), m_scale);
}

void AlarmStrip::paintAll(QPainter& painter) {
    const Palette& p = colours();
    const QRectF all = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const QRectF verdict(all.left(), all.top(), px(kVerdict), all.height());
    const QRectF counts(all.right() - px(kCounts), all.top(), px(kCounts), all.height());
    paintVerdict(painter, verdict);
    if (!m_waiting.empty())
        return paintWaiting(painter,
                            QRectF(QPointF(verdict.right() + px(kBetween), all.top()), all.bottomRight()));
    if (!m_status) return;
    const double left = verdict.right() + px(kBetween);
    const double room = counts.left() - left;
    const std::size_t places = placesIn(room);
    const auto cards = shown(places);
    const auto& alarms = m_status->alarms;
    std::size_t told = 0;
    for (const Card& card : cards)
        told += card.id == kFolded ? alarms.folded : 1;
    paintCounts(painter, counts, alarms.cards.size() - std::min(alarms.cards.size(), told));
    if (cards.empty()) {
        painter.setFont(textFont(px(kTitle)));
        painter.setPen(p.muted);
        painter.drawText(QRectF(left + px(6), all.top(), room, all.height()),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         m_status->alarms.since ? QStringLiteral("No alarm.") : QString());
        return;
    }
    const auto count = static_cast<double>(places);
    const double wide = (room - px(kBetween) * count) / count;
    for (std::size_t i = 0; i < cards.size(); ++i)
        paintCard(
            painter, cards[i],
            QRectF(left + static_cast<double>(i) * (wide + px(kBetween)), all.top(), wide, all.height()));
}

void AlarmStrip::paintVerdict(QPainter& painter, const QRectF& box) {
    const Palette& p = colours();
    const bool known = m_status && m_status->alarms.since;
    const QColor colour = known ? verdictColour(m_status->alarms.verdict) : p.faint;
    const bool isLoud = known && m_status->alarms.verdict != Verdict::fine;
    painter.setPen(QPen(colour, px(2)));
    painter.setBrush(isLoud ? QBrush(colour) : QBrush(p.panel));
    painter.drawRoundedRect(box.adjusted(px(1), px(1), -px(1), -px(1)), px(6), px(6));
    const QColor ink = isLoud ? p.background : colour;
    painter.setPen(ink);
    const double high = box.height() - px(34);
    painter.setFont(textFont(px(46), QFont::Bold));
    painter.drawText(QRectF(box.left() + px(14), box.top() + px(4), box.width() - px(18), high),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     known ? verdictText(m_status->alarms.verdict) : QStringLiteral("—"));
    QString since = known ? QStringLiteral("since ") + alarmTime(*m_status->alarms.since, m_words)
                          : QStringLiteral("no verdict yet");
    if (known && m_isPast) since.prepend(QStringLiteral("LIVE, "));
    painter.setFont(textFont(px(m_isPast ? kLeastType : 17), QFont::Medium));
    painter.drawText(QRectF(box.left() + px(14), box.bottom() - px(34), box.width() - px(18), px(26)),
                     Qt::AlignLeft | Qt::AlignVCenter, since);
}

void AlarmStrip::paintWaiting(QPainter& painter, const QRectF& box) {
    const Palette& p = colours();
    const double lineHigh = box.height() / 3;
    const double wide = box.width() - px(12);
    double y = box.top();
    const auto line = [&](const QString& text, double size, const QColor& colour, QFont::Weight weight) {
        painter.setFont(textFont(px(size), weight));
        painter.setPen(colour);
        painter.drawText(QRectF(box.left() + px(12), y, wide, lineHigh), Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, wide));
        y += lineHigh;
    };
    line(m_waiting.front(), 24, p.text, QFont::DemiBold);
    line(m_waiting.mid(1).join(QStringLiteral("; ")), kTodo, p.muted, QFont::Normal);
    if (!m_command.isEmpty())
        line(m_command + QStringLiteral("   on an edge node; a click copies it"), kTodo, p.text,
             QFont::Medium);
}

std::vector<Card> AlarmStrip::shown(std::size_t places) const {
    std::vector<Card> cards;
    if (!m_status) return cards;
    const auto& alarms = m_status->alarms;
    const auto isFirst = [&](const Card& card) {
        return alarms.isFlood && card.id == alarms.first && card.state != AlarmState::returned;
    };
    const bool folds = alarms.folded > 1; // a line for one would take the room of one
    for (const Card& card : alarms.cards)
        if (!folds || !alarms.folds(card)) cards.push_back(card);
    // How it began is what explains the rest.
    std::ranges::stable_partition(cards, isFirst);
    if (!folds) {
        cards.resize(std::min(places, cards.size()));
        return cards;
    }
    cards.resize(std::min(places - 1, cards.size()));
    Card line;
    line.id = kFolded;
    line.text = alarms.foldedText;
    line.todo = "More than can be read one by one: the list (key A) has all";
    cards.push_back(std::move(line));
    return cards;
}

std::size_t AlarmStrip::placesIn(double room) const {
    return std::clamp(static_cast<std::size_t>(std::max(0.0, room / px(kCard))), kLeastCards, kMostCards);
}

void AlarmStrip::paintCard(QPainter& painter, const Card& card, const QRectF& box) {
    const Palette& p = colours();
    const QColor colour = cardColour(card);
    const bool isOpen = card.state == AlarmState::unacked;
    painter.setPen(QPen(isOpen ? colour : p.border, px(isOpen ? 2 : 1)));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(box.adjusted(px(1), px(1), -px(1), -px(1)), px(6), px(6));
    const double shape = px(24), pad = px(12);
    painter.setOpacity(m_isLit || !blinks(card) ? 1 : kDimmed); // still there in a picture
    paintCardShape(painter, card, {box.left() + pad, box.top() + px(8), shape, shape});
    painter.setOpacity(1);
    // What it is, what to do, since when and whose it is: whatever the first leaves is the second's.
    const QRectF state(box.left() + pad, box.bottom() - px(kStateHigh + 5), box.width() - 2 * pad,
                       px(kStateHigh));
    const QRectF title(state.left() + shape + px(8), box.top() + px(6), state.width() - shape - px(8),
                       2 * px(kTitleHigh));
    painter.setPen(isOpen ? p.text : p.muted);
    painter.setFont(textFont(px(kTitle), QFont::DemiBold));
    const double below = drawLines(painter, QString::fromStdString(card.text), title, px(kTitleHigh));
    painter.setPen(isOpen ? p.text : p.muted);
    painter.setFont(textFont(px(kTodo)));
    drawLines(painter, QString::fromStdString(card.todo),
              QRectF(QPointF(state.left(), below + px(1)), state.topRight() + QPointF(0, px(2))),
              px(kTodoHigh));
    painter.setPen(isOpen ? colour : p.muted);
    painter.setFont(textFont(px(kState)));
    painter.drawText(state, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(stateOf(card), Qt::ElideRight, state.width()));
}

QString AlarmStrip::stateOf(const Card& card) const {
    if (card.id == kFolded) return QStringLiteral("a flood of alarms");
    const bool isFirst = m_status->alarms.isFlood && card.id == m_status->alarms.first;
    return (isFirst ? QStringLiteral("first · ") : QString()) + cardState(card, m_words);
}

void AlarmStrip::paintCounts(QPainter& painter, const QRectF& box, std::size_t more) {
    const Palette& p = colours();
    const auto& alarms = m_status->alarms;
    const auto& frozen = m_status->frozenWalls;
    const auto rowBox = [&](int row) {
        return QRectF(box.left(), box.top() + px(4 + 22 * row), box.width() - px(4), px(22));
    };
    const auto line = [&](int row, std::size_t count, const char16_t* what, const QColor& colour,
                          const char16_t* sign = u"") {
        const QRectF at = rowBox(row);
        painter.setPen(count > 0 ? colour : p.faint);
        painter.setFont(textFont(px(kLeastType), count > 0 ? QFont::DemiBold : QFont::Normal));
        painter.drawText(at, Qt::AlignRight | Qt::AlignVCenter,
                         QString::fromUtf16(sign) + QString::number(count) + QChar(u' ') +
                             QString::fromUtf16(what));
    };
    line(0, alarms.unacked, u"unacknowledged", p.text);
    line(1, alarms.acked, u"acknowledged", p.muted);
    if (!frozen.empty()) { // the list has the rest
        painter.setPen(p.overload);
        painter.setFont(textFont(px(kLeastType), QFont::DemiBold));
        const QString name = frozen.size() == 1 ? QString::fromStdString(frozen.front().name)
                                                : QString::number(frozen.size()) + QStringLiteral(" walls");
        const QString is = QStringLiteral(" frozen");
        const QFontMetricsF letters(painter.font());
        const double room = rowBox(2).width() - letters.horizontalAdvance(is);
        painter.drawText(rowBox(2), Qt::AlignRight | Qt::AlignVCenter,
                         letters.elidedText(name, Qt::ElideRight, room) + is);
    } else if (alarms.isFlood)
        line(2, alarms.inhibited, u"held, FLOOD", p.elevated);
    else if (alarms.shelved.empty())
        line(2, alarms.inhibited, u"held back", p.muted);
    else
        line(2, alarms.shelved.size(), u"shelved", p.muted);
    if (more > 0) line(3, more, u"more: key A", p.text, u"+");
}

} // namespace surgescope::widgets
