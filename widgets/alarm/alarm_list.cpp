// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/alarm/alarm_list.h"

#include "widgets/alarm/alarm_text.h"
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStringList>

#include <algorithm>

namespace surgescope::widgets {

namespace {

using feeds::AlarmState;
using feeds::Card;

constexpr double kWide = 1500; // pixels at scale 1, as all that follow
constexpr double kHigh = 860;
constexpr double kEdge = 32;
constexpr double kHead = 56;
constexpr double kRow = 40;
constexpr std::size_t kRows = 8; // shown at a time
constexpr double kDetails = 190;
constexpr double kLine = 26;

QString from(const std::string& text) {
    return QString::fromStdString(text);
}

void drawOne(QPainter& painter, const QRectF& box, const QString& text) {
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, box.width()));
}

} // namespace

AlarmList::AlarmList(QWidget* parent) : Overlay(parent) {
    setAccessibleName(heading());
}

void AlarmList::setStatus(std::shared_ptr<const feeds::LiveStatus> status) {
    if (!status) return;
    m_status = std::move(status);
    if (!isHidden()) update();
}

void AlarmList::setWords(const TimeWords& words) {
    m_words = words;
}

std::vector<const Card*> AlarmList::cards() const {
    std::vector<const Card*> all;
    if (!m_status) return all;
    for (const Card& card : m_status->alarms.cards)
        all.push_back(&card);
    for (const Card& card : m_status->alarms.shelved)
        all.push_back(&card);
    return all;
}

const Card* AlarmList::chosen() const {
    const auto all = cards();
    const auto found = std::ranges::find(all, m_chosen, &Card::id);
    if (found != all.end()) return *found;
    return all.empty() ? nullptr : all.front();
}

bool AlarmList::handleKey(const QKeyEvent& event) {
    if (isHidden()) return false;
    const auto all = cards();
    const Card* card = chosen();
    const auto at = std::ranges::find(all, card) - all.begin();
    const auto choose = [&](std::ptrdiff_t position) {
        if (all.empty()) return;
        const auto last = static_cast<std::ptrdiff_t>(all.size()) - 1;
        m_chosen = all[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(position, 0, last))]->id;
        update();
    };
    switch (event.key()) {
    case Qt::Key_Up: choose(at - 1); return true;
    case Qt::Key_Down: choose(at + 1); return true;
    case Qt::Key_Home: choose(0); return true;
    case Qt::Key_End: choose(static_cast<std::ptrdiff_t>(all.size())); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!card) return true;
        if (event.modifiers() & Qt::ShiftModifier)
            emit noteRequested(card->id, mapToGlobal(QPoint(width() / 3, height() / 2)));
        else
            emit acknowledgeRequested(card->id);
        return true;
    case Qt::Key_S:
        if (!card) return true;
        if (card->shelvedUntil)
            emit unshelveRequested(card->id);
        else
            emit shelveRequested(card->id);
        return true;
    default: return false;
    }
}

void AlarmList::mousePressEvent(QMouseEvent* event) {
    for (const Row& row : m_rows) {
        if (!row.box.contains(event->position())) continue;
        m_chosen = row.id;
        return update();
    }
    if (!panelBox({kWide, kHigh}).contains(event->position())) dismiss();
}

void AlarmList::mouseDoubleClickEvent(QMouseEvent* event) {
    for (const Row& row : m_rows)
        if (row.box.contains(event->position())) return emit acknowledgeRequested(row.id);
}

void AlarmList::paintEvent(QPaintEvent*) {
    const Palette& p = colours();
    QPainter painter(this);
    beginPanel(painter, {kWide, kHigh});
    const QRectF inner = QRectF(0, 0, kWide, kHigh).adjusted(kEdge, kEdge / 2, -kEdge, -kEdge / 2);
    painter.setPen(p.text);
    painter.setFont(textFont(24, QFont::DemiBold));
    painter.drawText(QRectF(inner.left(), inner.top(), 420, kHead), Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("Alarms"));
    painter.setPen(p.muted);
    painter.setFont(textFont(16));
    painter.drawText(
        QRectF(inner.left() + 200, inner.top(), inner.width() - 200, kHead),
        Qt::AlignRight | Qt::AlignVCenter,
        QStringLiteral("↑ ↓ choose · Enter acknowledge · Shift Enter with a note · S shelve for 15 "
                       "min, or take back · Esc close"));
    const QRectF rows(inner.left(), inner.top() + kHead, inner.width(), kRow * kRows);
    const double below = paintRows(painter, rows);
    const QRectF details(inner.left(), below + 10, inner.width(), kDetails);
    paintDetails(painter, details);
    paintHistory(painter, {inner.left(), details.bottom() + 10, inner.width(),
                           inner.bottom() - details.bottom() - 10});
}

QString AlarmList::heading() const {
    using JudgedBy = feeds::LiveStatus::JudgedBy;
    const auto by = m_status ? m_status->judgedBy : JudgedBy::thisWall;
    return by == JudgedBy::recordingWall ? QStringLiteral("Alarms, as they were then")
           : by == JudgedBy::desk        ? QStringLiteral("Alarms, as the desk judges")
                                         : QStringLiteral("Alarms");
}

double AlarmList::paintRows(QPainter& painter, const QRectF& box) {
    const Palette& p = colours();
    const auto all = cards();
    m_rows.clear();
    if (all.empty()) {
        painter.setFont(textFont(20));
        painter.drawText(QRectF(box.left(), box.top(), box.width(), kRow), Qt::AlignLeft | Qt::AlignVCenter,
                         m_status && m_status->alarms.since ? QStringLiteral("No alarm.")
                                                            : QStringLiteral("Nothing was judged yet."));
        return box.top() + kRow;
    }
    const auto at = static_cast<std::size_t>(std::ranges::find(all, chosen()) - all.begin());
    m_first = std::min(m_first, at);
    if (at >= m_first + kRows) m_first = at - kRows + 1;
    const auto last = std::min(all.size(), m_first + kRows);
    double y = box.top();
    for (std::size_t i = m_first; i < last; ++i, y += kRow) {
        const Card& card = *all[i];
        const QRectF row(box.left() - 10, y, box.width() + 20, kRow);
        m_rows.push_back({painter.transform().mapRect(row), card.id});
        if (i == at) {
            painter.setPen(QPen(p.accent, 2));
            painter.setBrush(p.background);
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), 5, 5);
        }
        paintCardShape(painter, card, {box.left(), y + 9, 22, 22});
        const bool isOpen = card.state == AlarmState::unacked && !card.shelvedUntil;
        painter.setPen(isOpen ? p.text : p.muted);
        painter.setFont(textFont(19, isOpen ? QFont::DemiBold : QFont::Normal));
        drawOne(painter, {box.left() + 36, y, box.width() * 0.56 - 46, kRow}, from(card.text));
        painter.setPen(p.muted);
        painter.setFont(textFont(16));
        drawOne(painter, {box.left() + box.width() * 0.56, y, box.width() * 0.44, kRow},
                cardState(card, m_words));
    }
    if (last - m_first < all.size()) {
        painter.setPen(p.muted);
        painter.setFont(textFont(15));
        drawOne(painter, {box.left() + 36, y, box.width() - 36, 24},
                QStringLiteral("%1 to %2 of %3").arg(m_first + 1).arg(last).arg(all.size()));
        y += 24;
    }
    return y;
}

void AlarmList::paintDetails(QPainter& painter, const QRectF& box) {
    const Palette& p = colours();
    painter.setPen(QPen(p.border, 1));
    painter.drawLine(box.topLeft(), box.topRight());
    const Card* card = chosen();
    double y = box.top() + 8;
    const auto line = [&](const QString& title, const QString& text, QFont::Weight weight = QFont::Normal) {
        if (text.isEmpty()) return;
        painter.setFont(textFont(16));
        painter.setPen(p.muted);
        painter.drawText(QRectF(box.left(), y, 130, kLine), Qt::AlignLeft | Qt::AlignVCenter, title);
        painter.setFont(textFont(18, weight));
        painter.setPen(p.text);
        drawOne(painter, {box.left() + 136, y, box.width() - 136, kLine}, text);
        y += kLine;
    };
    if (card) {
        QStringList members;
        for (const auto& member : card->members)
            members << from(member);
        line(QStringLiteral("What to do"), from(card->todo), QFont::DemiBold);
        line(QStringLiteral("Who"), members.join(u' '));
        line(QStringLiteral("Note"), from(card->note));
        line(QStringLiteral("Runbook"), from(card->runbook));
        line(QStringLiteral("Rule"),
             from(card->rule) + (card->occurrence > 1
                                     ? QStringLiteral(", for the %1. time").arg(card->occurrence)
                                     : QString()));
    }
    if (!m_status) return;
    painter.setFont(textFont(16));
    painter.setPen(p.overload);
    for (auto problem : {from(m_status->problem), from(m_status->alarms.rulesProblem),
                         frozenText(m_status->frozenWalls, m_words)}) {
        if (problem.isEmpty()) continue;
        drawOne(painter, {box.left(), y, box.width(), kLine}, problem.replace(u'\n', u' '));
        y += kLine;
    }
}

void AlarmList::paintHistory(QPainter& painter, const QRectF& box) {
    const Palette& p = colours();
    painter.setPen(QPen(p.border, 1));
    painter.drawLine(box.topLeft(), box.topRight());
    painter.setFont(textFont(16, QFont::DemiBold));
    painter.setPen(p.muted);
    painter.drawText(QRectF(box.left(), box.top() + 4, box.width(), kLine), Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("What has been, the newest first"));
    if (!m_status) return;
    double y = box.top() + 4 + kLine;
    painter.setFont(textFont(15));
    for (auto entry = m_status->history.rbegin(); entry != m_status->history.rend() && y + 23 <= box.bottom();
         ++entry, y += 23) {
        painter.setPen(p.muted);
        painter.drawText(QRectF(box.left(), y, 130, 23), Qt::AlignLeft | Qt::AlignVCenter,
                         alarmTime(entry->second, m_words));
        painter.setPen(p.text);
        drawOne(painter, {box.left() + 136, y, 150, 23},
                QString::fromUtf8(wordsFor(entry->change).data(),
                                  static_cast<qsizetype>(wordsFor(entry->change).size())));
        QString text = from(entry->text);
        if (!entry->by.empty()) text += QStringLiteral(" · by ") + from(entry->by);
        if (!entry->note.empty()) text += QStringLiteral(" · ") + from(entry->note);
        drawOne(painter, {box.left() + 290, y, box.width() - 290, 23}, text);
    }
}

} // namespace surgescope::widgets
