// SPDX-License-Identifier: GPL-3.0-or-later
// What the map says of the selected PoP, and to those who hear it; a part of map_widget.cpp.
#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/level_count.h"
#include "widgets/base/palette.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_detail.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <limits>
#include <utility>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1.
constexpr double kDetailWide = 600, kDetailTitle = 32;

} // namespace

/// For those who hear it.
void MapWidget::describe() {
    if (!m_frame || !m_frame->settled) return setAccessibleDescription(QStringLiteral("no data yet"));
    const LevelCount count = countLevels(*m_frame, {});
    QString words = QStringLiteral("%1 PoPs, %2 at 90 % and more, %3 silent")
                        .arg(formatCount(m_frame->pops.size()))
                        .arg(count.critical)
                        .arg(count.silent);
    if (m_selection.isPop()) {
        const auto pop = std::ranges::find(m_frame->pops, m_selection.code, &feeds::PopFrame::code);
        words += QStringLiteral("; selected: ") + (pop == m_frame->pops.end()
                                                       ? popTitle(m_selection.code, m_catalogue)
                                                       : popInWords(*pop, m_catalogue));
    } else if (!m_selection.isWorld()) {
        const auto name = m_catalogue.regionName(m_selection.code);
        words += QStringLiteral("; selected: ") +
                 QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    setAccessibleDescription(words);
}

void MapWidget::setDetailed(bool detailed) {
    if (detailed == m_isDetailed) return;
    m_isDetailed = detailed;
    if (placeDetail()) layOutUnplaced(); // words of alarms make way for it
    update();
}

/// In the corner where it hides least: never the PoP itself, silent ones only if it must. There it stays
/// until another is selected or comes to lie beneath it. True: it is elsewhere now.
bool MapWidget::placeDetail() {
    const auto at = m_selection.isPop() ? positionOf(m_selection.code) : std::nullopt;
    if (!m_detailBox.isEmpty() && m_isDetailed && m_selection.isPop() && !(at && m_detailBox.contains(*at)))
        return false;
    const QRectF before = std::exchange(m_detailBox, QRectF());
    if (m_isDetailed && m_selection.isPop() && m_frame && m_frame->settled) m_detailBox = bestDetailBox();
    return m_detailBox != before;
}

QRectF MapWidget::bestDetailBox() const {
    const QRectF area(px(10), px(kTitleHigh), width() - px(20), m_view.size.height() - px(kTitleHigh + 8));
    const double wide = std::min(px(kDetailWide), area.width() * 0.6);
    const QSizeF size(
        wide, std::min(popDetailHeight(wide - px(24), scale()) + px(kDetailTitle + 10), area.height()));
    QRectF best;
    double least = std::numeric_limits<double>::max();
    for (const bool atTop : {false, true})
        for (const bool atLeft : {true, false}) {
            const QRectF box(QPointF(atLeft ? area.left() : area.right() - size.width(),
                                     atTop ? area.top() : area.bottom() - size.height()),
                             size);
            double hides = 0;
            for (const PopMarker& marker : m_scene.markers()) {
                const feeds::PopFrame& pop = m_frame->pops[marker.pop];
                if (!box.contains(marker.at)) continue;
                const bool silent = pop.freshness >= feeds::Freshness::stale;
                hides += pop.code == m_selection.code ? 1e6 : silent ? 1e3 : 1;
            }
            if (hides >= least) continue;
            least = hides;
            best = box;
        }
    return best;
}

void MapWidget::paintDetail(QPainter& painter) const {
    if (m_detailBox.isEmpty()) return;
    const Palette& p = colours();
    painter.setPen(QPen(p.accent, lineWidth()));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(m_detailBox, px(4), px(4));
    const QRectF inner = m_detailBox.adjusted(px(12), 0, -px(12), -px(8));
    const QRectF line(inner.left(), inner.top(), inner.width(), px(kDetailTitle));
    painter.setFont(textFont(px(kLeastType)));
    painter.setPen(p.muted);
    const QString esc = QStringLiteral("Esc: lets go");
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, esc);
    const double room = line.width() - QFontMetricsF(painter.font()).horizontalAdvance(esc) - px(12);
    painter.setFont(textFont(px(kTitleType), QFont::DemiBold));
    painter.setPen(p.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font())
                         .elidedText(popTitle(m_selection.code, m_catalogue), Qt::ElideRight, room));
    paintPopDetail(painter, inner.adjusted(0, line.height(), 0, 0), *m_frame, m_selection.code, scale());
}

} // namespace surgescope::widgets
