// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/event_list.h"

#include "widgets/alarm/alarm_text.h"
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr double kListWide = 1500; // pixels at scale 1, as all that follow
constexpr double kListHigh = 860;
constexpr double kListEdge = 32;
constexpr double kListHead = 88;
constexpr double kListRow = 34;
constexpr std::size_t kListRows = 21; // shown at a time

} // namespace

EventList::EventList(QWidget* parent) : Overlay(parent) {
    setAccessibleName(QStringLiteral("Events and notes"));
}

void EventList::setTimeline(const feeds::Timeline& timeline) {
    if (isHidden()) {
        m_all.clear(); // built anew when it is looked at
        return;
    }
    auto rows = eventRows(timeline);
    if (rows == m_all) return;
    m_all = std::move(rows);
    update();
}

void EventList::setWords(const TimeWords& words) {
    m_words = words;
}

void EventList::setWanted(const QString& text) {
    m_wanted = text;
    update();
}

std::vector<const EventRow*> EventList::rows() const {
    static constexpr std::array kKinds{u"", u"alarm", u"note", u"purge", u"lever"};
    const QStringView kind(kKinds.at(m_filter));
    std::vector<const EventRow*> rows;
    for (const EventRow& row : m_all)
        if ((kind.isEmpty() || row.kind == kind) &&
            (m_wanted.isEmpty() || row.text.contains(m_wanted, Qt::CaseInsensitive) ||
             row.by.contains(m_wanted, Qt::CaseInsensitive)))
            rows.push_back(&row);
    if (!m_oldestFirst) std::ranges::reverse(rows);
    return rows;
}

const EventRow* EventList::chosen() const {
    const auto all = rows();
    if (m_chosen) {
        const auto same =
            std::ranges::find_if(all, [this](const EventRow* row) { return *row == *m_chosen; });
        if (same != all.end()) return *same;
        // It has changed, or is no longer listed: what is nearest in time.
        const auto near = std::ranges::min_element(
            all, {}, [this](const EventRow* row) { return std::chrono::abs(row->at - m_chosen->at); });
        if (near != all.end()) return *near;
    }
    return all.empty() ? nullptr : all.front();
}

void EventList::choose(std::ptrdiff_t position) {
    const auto all = rows();
    if (all.empty()) return;
    const auto last = static_cast<std::ptrdiff_t>(all.size()) - 1;
    m_chosen = *all[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(position, 0, last))];
    update();
}

void EventList::jump() {
    if (const EventRow* row = chosen()) emit jumpRequested(feeds::Timeline::Time(row->at));
}

bool EventList::handleKey(const QKeyEvent& event) {
    if (isHidden()) return false;
    const auto all = rows();
    const EventRow* row = chosen();
    const auto at = std::ranges::find(all, row) - all.begin();
    const auto page = static_cast<std::ptrdiff_t>(kListRows) - 1;
    const QPoint beside = mapToGlobal(QPoint(width() / 3, height() / 2));
    switch (event.key()) {
    case Qt::Key_Up: choose(at - 1); return true;
    case Qt::Key_Down: choose(at + 1); return true;
    case Qt::Key_PageUp: choose(at - page); return true;
    case Qt::Key_PageDown: choose(at + page); return true;
    case Qt::Key_Home: choose(0); return true;
    case Qt::Key_End: choose(static_cast<std::ptrdiff_t>(all.size())); return true;
    case Qt::Key_F: m_filter = (m_filter + 1) % kFilters.size(); break;
    case Qt::Key_S: m_oldestFirst = !m_oldestFirst; break;
    case Qt::Key_Slash: emit findRequested(beside); return true;
    case Qt::Key_Delete:
        if (row && row->note != 0) emit noteRemovalRequested(row->note);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!(event.modifiers() & Qt::ShiftModifier))
            jump();
        else if (row && row->note != 0)
            emit noteChangeRequested(row->note, beside);
        return true;
    default: return false;
    }
    m_first = 0;
    update();
    return true;
}

void EventList::mousePressEvent(QMouseEvent* event) {
    for (const auto& [box, row] : m_painted)
        if (box.contains(event->position())) return choose(static_cast<std::ptrdiff_t>(row));
    if (!panelBox({kListWide, kListHigh}).contains(event->position())) dismiss();
}

void EventList::mouseDoubleClickEvent(QMouseEvent* event) {
    for (const auto& [box, row] : m_painted)
        if (box.contains(event->position())) return jump();
}

void EventList::paintRow(QPainter& painter, const EventRow& row, const QRectF& box) const {
    const Palette& p = colours();
    const auto column = [&](double x, double wide, const QString& text) {
        const QRectF cell(box.left() + x, box.top(), wide, box.height());
        painter.drawText(cell, Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, cell.width()));
    };
    painter.fillRect(QRectF(box.left(), box.top() + 7, 5, box.height() - 14), row.colour);
    painter.setFont(textFont(17));
    painter.setPen(p.muted);
    column(18, 140, alarmTime(row.at, m_words));
    column(164, 90, row.kind);
    painter.setPen(p.text);
    const QString after = row.to ? QStringLiteral(" · until ") + alarmTime(*row.to, m_words) : QString();
    const QString by = row.by.isEmpty() ? QString() : QStringLiteral(" · ") + row.by;
    column(260, box.width() - 268, row.text + after + by);
}

void EventList::paintEvent(QPaintEvent*) {
    const Palette& p = colours();
    QPainter painter(this);
    beginPanel(painter, {kListWide, kListHigh});
    const QRectF inner =
        QRectF(0, 0, kListWide, kListHigh).adjusted(kListEdge, kListEdge / 2, -kListEdge, -kListEdge / 2);
    painter.setPen(p.text);
    painter.setFont(textFont(24, QFont::DemiBold));
    painter.drawText(QRectF(inner.left(), inner.top(), 300, 48), Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("Events and notes"));
    painter.setPen(p.muted);
    painter.setFont(textFont(16));
    painter.drawText(
        QRectF(inner.left() + 240, inner.top(), inner.width() - 240, 48), Qt::AlignRight | Qt::AlignVCenter,
        QStringLiteral("↑ ↓ choose · Enter go there · Shift Enter change a note · Delete remove it · F "
                       "what is listed · S order · / find · Esc close"));
    const auto all = rows();
    const auto at = static_cast<std::size_t>(std::ranges::find(all, chosen()) - all.begin());
    m_first = std::min(m_first, all.empty() ? 0 : at);
    if (at >= m_first + kListRows && !all.empty()) m_first = at - kListRows + 1;
    const auto last = std::min(all.size(), m_first + kListRows);
    QString listed =
        QString::fromUtf16(kFilters.at(m_filter)) +
        (m_wanted.isEmpty() ? QString() : QStringLiteral(" that says “%1”").arg(m_wanted)) +
        (m_oldestFirst ? QStringLiteral(", the oldest first") : QStringLiteral(", the newest first"));
    if (!all.empty())
        listed += QStringLiteral(" · %1 to %2 of %3").arg(m_first + 1).arg(last).arg(all.size());
    painter.drawText(QRectF(inner.left(), inner.top() + 48, inner.width(), 32),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     all.empty() ? listed + QStringLiteral(" · nothing") : listed);
    m_painted.clear();
    double y = inner.top() + kListHead;
    for (std::size_t i = m_first; i < last; ++i, y += kListRow) {
        const QRectF box(inner.left(), y, inner.width(), kListRow);
        m_painted.emplace_back(painter.transform().mapRect(box), i);
        if (i == at) {
            painter.setPen(QPen(p.accent, 2));
            painter.setBrush(p.background);
            painter.drawRoundedRect(box.adjusted(-9, 1, 9, -1), 5, 5);
        }
        paintRow(painter, *all[i], box);
    }
}

} // namespace surgescope::widgets
