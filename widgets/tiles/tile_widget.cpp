// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/tile_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/series_runs.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

void TileWidget::setContent(const TileContent& content) {
    if (content == m_content && content.series.empty()) return;
    m_content = content;
    setAccessibleName(content.title);
    QStringList words;
    for (const QString& part : {content.value, content.badge, content.secondary, content.detail})
        if (!part.isEmpty()) words << part;
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void TileWidget::paintBody(QPainter& painter, const QRectF&) {
    const Palette& p = colours();
    const QRectF inner = QRectF(rect()).adjusted(px(12), px(3), -px(12), -px(3));

    painter.setFont(textFont(px(kLeastType)));
    painter.setPen(p.muted);
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), px(19)),
                     Qt::AlignLeft | Qt::AlignVCenter, m_content.title);
    double badge = 0; // its width, beside the last line: titles leave no room
    if (!m_content.badge.isEmpty()) {
        painter.setFont(textFont(px(kLeastType), QFont::Medium));
        badge = QFontMetricsF(painter.font()).horizontalAdvance(m_content.badge) + px(12);
        const QRectF box(inner.right() - badge + px(4), inner.bottom() - px(20), badge, px(20));
        painter.setPen(QPen(p.faint, 1, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(box, px(3), px(3));
        painter.setPen(p.muted);
        painter.drawText(box, Qt::AlignCenter, m_content.badge);
    }

    // A long text ("not measured") takes a smaller size before it runs into the sparkline.
    const double room = inner.width() - (m_content.series.empty() ? 0 : px(58));
    double size = px(m_content.absent ? 22 : 32);
    while (size > px(17) &&
           QFontMetricsF(textFont(size, QFont::DemiBold)).horizontalAdvance(m_content.value) > room)
        size -= px(1);
    painter.setFont(textFont(size, QFont::DemiBold));
    painter.setPen(m_content.valueColour.isValid() ? m_content.valueColour : p.text);
    painter.drawText(QRectF(inner.left(), inner.top() + px(16), inner.width(), inner.height() - px(33)),
                     Qt::AlignLeft | Qt::AlignVCenter, m_content.value);

    painter.setFont(textFont(px(kLeastType)));
    painter.setPen(m_content.secondaryColour.isValid() ? m_content.secondaryColour : p.muted);
    const QFontMetricsF small(painter.font());
    const double lineRoom = inner.width() - badge;
    QString line = m_content.secondary;
    if (!m_content.detail.isEmpty()) {
        const QString longer =
            line.isEmpty() ? m_content.detail : line + QStringLiteral(" · ") + m_content.detail;
        if (line.isEmpty() || small.horizontalAdvance(longer) <= lineRoom) line = longer;
    }
    painter.drawText(QRectF(inner.left(), inner.bottom() - px(20), lineRoom, px(20)),
                     Qt::AlignLeft | Qt::AlignVCenter, small.elidedText(line, Qt::ElideRight, lineRoom));

    const double taken = QFontMetricsF(textFont(size, QFont::DemiBold)).horizontalAdvance(m_content.value);
    const double wide = std::min(px(96), inner.width() - taken - px(10));
    const double high = inner.height() - px(50);
    if (wide >= px(36) && high > px(8))
        paintSeries(painter, {inner.right() - wide, inner.top() + px(24), wide, high});
}

void TileWidget::paintSeries(QPainter& painter, const QRectF& box) const {
    const auto& series = m_content.series;
    float most = 0;
    for (const float v : series)
        if (std::isfinite(v)) most = std::max(most, v);
    if (most <= 0 || series.size() < 2) return;
    painter.setPen(QPen(colours().series, lineWidth()));
    const auto last = static_cast<double>(series.size() - 1);
    for (const SeriesRun& run : runsOf(series)) {
        QPolygonF line;
        double lastX = -1e9;
        for (int i = run.first; i <= run.last; ++i) {
            const double x = box.left() + box.width() * i / last;
            if (x - lastX < 1 && i != run.last) continue; // finer than the screen
            lastX = x;
            line << QPointF(x, box.bottom() - box.height() * static_cast<double>(
                                                                 series[static_cast<std::size_t>(i)] / most));
        }
        painter.drawPolyline(line);
    }
}

} // namespace surgescope::widgets
