// SPDX-License-Identifier: GPL-3.0-or-later
// How the table of PoPs is painted; the other half of pop_table_widget.cpp.
#include "widgets/base/fonts.h"
#include "widgets/base/level_count.h"
#include "widgets/base/palette.h"
#include "widgets/map/silent_marks.h"
#include "widgets/tables/pop_detail.h"
#include "widgets/tables/pop_table_widget.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

namespace {

// Of the bar beside a saturation: so much is its whole width, so that what is beyond 100 % can be seen.
constexpr double kBarReaches = 2;
constexpr double kBarHigh = 12, kBarText = 66; // pixels at scale 1, as all that follow
constexpr double kMark = 15;

/// ▼ is highest first.
void paintSortMark(QPainter& painter, QPointF middle, bool down, double size) {
    const double half = size / 2, high = down ? half : -half;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours().accent);
    painter.drawPolygon(QPolygonF{middle + QPointF(-half, -high * 0.8), middle + QPointF(half, -high * 0.8),
                                  middle + QPointF(0, high * 0.8)});
}

/// At the left. Most texts are short, and to measure one takes as long as to paint it: no letter is wider
/// than its line is high.
void paintElided(QPainter& painter, const QRectF& box, const QString& text, const QColor& colour) {
    if (box.width() <= 0) return;
    const QFontMetricsF metrics(painter.font());
    const bool surelyFits = static_cast<double>(text.size()) * metrics.height() < box.width();
    painter.setPen(colour);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                     surelyFits ? text : metrics.elidedText(text, Qt::ElideRight, box.width()));
}

/// In a column of numbers: what there is none of.
bool isAbsent(const feeds::PopFrame& pop, const PopColumnInfo& info) {
    return info.measure && !pop.summary[*info.measure].hasValue();
}

} // namespace

QString PopTableWidget::silentText() const {
    return m_silent > 0 ? QStringLiteral("%1 silent").arg(m_silent) : QString();
}

double PopTableWidget::headlineWidth() const {
    return silentRect().isEmpty() ? 0 : silentRect().width() + px(20);
}

/// Behind the title.
QRectF PopTableWidget::silentRect() const {
    if (m_silent == 0 || isDetailAlone()) return {};
    const double title =
        QFontMetricsF(textFont(px(kTitleType), QFont::DemiBold)).horizontalAdvance(this->title());
    const double words =
        QFontMetricsF(textFont(px(kTitleType), QFont::DemiBold)).horizontalAdvance(silentText());
    return {px(16) + title + px(20), px(8), px(26) + words, px(26)};
}

void PopTableWidget::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    if (const QRectF silent = silentRect(); !silent.isEmpty()) {
        paintSilentMark(painter, {silent.left() + px(10), silent.center().y()}, px(kMark) / kSilentMark);
        painter.setFont(textFont(px(kTitleType), QFont::DemiBold));
        painter.setPen(p.text);
        painter.drawText(silent.adjusted(px(24), 0, px(4), 0), Qt::AlignLeft | Qt::AlignVCenter,
                         silentText());
    }
    if (!m_selected.empty() && m_frame) paintDetail(painter);
    if (isDetailAlone()) return;
    if (m_rows.empty()) {
        painter.setFont(textFont(px(16)));
        painter.setPen(p.faint);
        painter.drawText(body, Qt::AlignCenter, QStringLiteral("no data yet"));
        return;
    }
    paintHead(painter);
    const std::size_t end = std::min(m_rows.size(), m_first + shownRows());
    painter.setFont(
        textFont(px(kLeastType))); // one after the other: to change a font takes longer than a word
    for (std::size_t row = m_first; row < end; ++row)
        paintRow(painter, rowRect(row), m_frame->pops[m_rows[row]]);
    painter.setFont(textFont(px(kLeastType), QFont::DemiBold));
    for (std::size_t row = m_first; row < end; ++row)
        paintCode(painter, rowRect(row), m_frame->pops[m_rows[row]]);
    if (const QRectF bar = barRect(); !bar.isEmpty()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_dragged ? p.muted : p.faint);
        painter.drawRoundedRect(bar, bar.width() / 2, bar.width() / 2);
    }
}

void PopTableWidget::paintHead(QPainter& painter) const {
    const Palette& p = colours();
    for (const Cell& cell : m_cells) {
        const bool sorted = cell.column == m_sort.column;
        const bool atLeft = cell.column <= PopColumn::region;
        painter.setFont(textFont(px(kLeastType)));
        painter.setPen(sorted ? p.text : p.muted);
        const QString head = QString::fromUtf16(infoOf(cell.column).head);
        painter.drawText(cell.head, (atLeft ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter, head);
        if (!sorted) continue;
        const double wide = QFontMetricsF(painter.font()).horizontalAdvance(head);
        const double x = atLeft ? cell.head.left() + wide + px(10) : cell.head.right() - wide - px(10);
        paintSortMark(painter, {x, cell.head.center().y()}, m_sort.highestFirst, px(10));
    }
    painter.setPen(QPen(p.border, 1));
    const double y = m_cells.front().head.bottom() - 0.5;
    painter.drawLine(QPointF(bodyRect().left(), y), QPointF(bodyRect().right(), y));
}

void PopTableWidget::paintRow(QPainter& painter, const QRectF& row, const feeds::PopFrame& pop) const {
    const Palette& p = colours();
    const bool old = pop.freshness >= feeds::Freshness::stale;
    const bool silent = old && !isOld(*m_frame); // of a wall that hears nobody it is said once, above
    if (pop.code == m_selected) {
        QColor veil = p.accent;
        veil.setAlpha(60);
        painter.fillRect(row, veil);
        painter.fillRect(QRectF(row.left() - px(6), row.top(), px(4), row.height()), p.accent);
    }
    if (pop.code == m_cursor && hasFocus()) {
        painter.setPen(QPen(p.accent, lineWidth()));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(row.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (silent) paintSilentMark(painter, {row.left() + px(9), row.center().y()}, px(kMark) / kSilentMark);
    const QColor plain = old ? p.faint : p.text;
    for (const Cell& cell : m_cells) {
        const QRectF box(cell.head.left(), row.top(), cell.head.width(), row.height());
        const PopColumnInfo& info = infoOf(cell.column);
        const QString text = cellText(pop, m_catalogue, cell.column);
        QColor colour = isAbsent(pop, info) ? p.faint : plain;
        switch (cell.column) {
        case PopColumn::name: {
            const double code = codeWidth(text);
            paintElided(painter, box.adjusted(code, 0, 0, 0), cityOf(pop, m_catalogue), p.muted);
            continue;
        }
        case PopColumn::region: paintElided(painter, box, text, p.muted); continue;
        case PopColumn::age:
            if (pop.freshness == feeds::Freshness::late) colour = p.elevated;
            if (old) colour = p.text; // that it is old is what is to be read
            break;
        case PopColumn::nodes:
            if (pop.summary.nodesHeard == pop.summary.nodesExpected && !old) colour = p.muted;
            break;
        case PopColumn::saturation: paintSaturation(painter, box, pop); break;
        case PopColumn::full:
            // Of what is full already the bar tells.
            if (!pop.secondsToFull)
                colour = p.faint;
            else if (fullText(pop).urgent && *pop.secondsToFull >= 1 && !old)
                colour = p.critical;
            break;
        case PopColumn::lag:
            if (feeds::clocksAreOff(pop.summary)) colour = p.faint;
            break;
        default: break;
        }
        painter.setPen(colour);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, text);
    }
}

void PopTableWidget::paintCode(QPainter& painter, const QRectF& row, const feeds::PopFrame& pop) const {
    const QRectF& head = m_cells.front().head;
    paintElided(painter, {head.left(), row.top(), head.width(), row.height()},
                QString::fromStdString(pop.code),
                pop.freshness >= feeds::Freshness::stale ? colours().faint : colours().text);
}

/// With what keeps it from the city.
double PopTableWidget::codeWidth(const QString& code) const {
    if (code.size() <= 3) return px(48);
    return px(8) +
           std::max(px(40), QFontMetricsF(textFont(px(kLeastType), QFont::DemiBold)).horizontalAdvance(code));
}

void PopTableWidget::paintSaturation(QPainter& painter, const QRectF& box, const feeds::PopFrame& pop) const {
    const feeds::Reading& saturation = pop.summary[Measure::saturation];
    if (!saturation.hasValue()) return;
    const Palette& p = colours();
    const QRectF track(box.left(), box.center().y() - px(kBarHigh) / 2, box.width() - px(kBarText),
                       px(kBarHigh));
    const auto xOf = [&](double share) {
        return track.left() + std::clamp(share / kBarReaches, 0.0, 1.0) * track.width();
    };
    const double full = xOf(1), end = xOf(saturation.value);
    painter.fillRect(QRectF(track.topLeft(), QPointF(full, track.bottom())), p.grid);
    const QRectF below(track.topLeft(), QPointF(std::min(full, end), track.bottom()));
    const QRectF beyond(QPointF(full, track.top()), QPointF(end, track.bottom()));
    if (pop.freshness >= feeds::Freshness::stale) { // hollow: the last known
        painter.setPen(QPen(p.faint, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(
            QRectF(track.topLeft(), QPointF(end, track.bottom())).adjusted(0.5, 0.5, -0.5, -0.5));
    } else {
        painter.fillRect(below, QColor(saturationColour(saturation.value)));
        if (end > full) painter.fillRect(beyond, p.overload);
    }
    painter.fillRect(QRectF(full - 1, track.top() - px(3), std::max(2.0, px(2)), track.height() + px(6)),
                     p.muted);
    if (saturation.value <= kBarReaches) return;
    painter.setPen(Qt::NoPen); // and more: an arrow
    painter.setBrush(p.text);
    const double half = px(kBarHigh) / 2;
    painter.drawPolygon(QPolygonF{track.topRight() - QPointF(half, 0), track.bottomRight() - QPointF(half, 0),
                                  QPointF(track.right(), track.center().y())});
}

void PopTableWidget::paintDetail(QPainter& painter) const {
    const Palette& p = colours();
    QRectF box = detailRect();
    if (!isDetailAlone()) {
        painter.setPen(QPen(p.border, 1));
        painter.drawLine(box.topLeft(), box.topRight());
        const QRectF line(box.left(), box.top(), box.width(), px(kTitleType * 2));
        painter.setFont(textFont(px(kTitleType), QFont::DemiBold));
        painter.setPen(p.text);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, popTitle(m_selected, m_catalogue));
        painter.setFont(textFont(px(kLeastType)));
        painter.setPen(p.muted);
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("Esc: lets go"));
        box.setTop(line.bottom());
    }
    paintPopDetail(painter, box, *m_frame, m_selected, scale());
}

} // namespace surgescope::widgets
