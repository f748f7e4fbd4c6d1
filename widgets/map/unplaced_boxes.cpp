// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/unplaced_boxes.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>

namespace surgescope::widgets {

namespace {

constexpr double kHigh = 24; // pixels at scale 1
constexpr double kEach = 28;

QFont boxFont(double scale) {
    return textFont(kLeastType * scale, QFont::Medium);
}

} // namespace

void UnplacedBoxes::clear() {
    m_boxes.clear();
    m_codes.clear();
    m_texts.clear();
    m_more = 0;
}

void UnplacedBoxes::layOut(const std::vector<feeds::PopFrame>& pops, QPointF corner, double scale) {
    clear();
    m_scale = scale;
    const QFontMetricsF metrics(boxFont(scale));
    double bottom = corner.y();
    for (const feeds::PopFrame& pop : pops) {
        if (pop.place) continue;
        if (m_boxes.size() >= kMost) {
            ++m_more;
            continue;
        }
        m_codes.push_back(pop.code);
        m_texts.push_back(QStringLiteral("unplaced: %1  %2")
                              .arg(QString::fromStdString(pop.code),
                                   formatMeasure(pop.summary, Measure::requests_per_second)));
        const double wide = metrics.horizontalAdvance(m_texts.back()) + 16 * scale;
        m_boxes.emplace_back(corner.x() - wide, bottom - kHigh * scale, wide, kHigh * scale);
        bottom -= kEach * scale;
    }
}

std::optional<std::string> UnplacedBoxes::at(QPointF point) const {
    for (std::size_t i = 0; i < m_boxes.size(); ++i)
        if (m_boxes[i].contains(point)) return m_codes[i];
    return std::nullopt;
}

void UnplacedBoxes::paint(QPainter& painter, const feeds::Selection& selection) const {
    painter.setFont(boxFont(m_scale));
    for (std::size_t i = 0; i < m_boxes.size(); ++i) {
        const bool selected = selection == feeds::Selection::pop(m_codes[i]);
        painter.setPen(QPen(selected ? colours().accent : colours().border, 1));
        painter.setBrush(colours().shade);
        painter.drawRoundedRect(m_boxes[i], 3 * m_scale, 3 * m_scale);
        painter.setPen(colours().text);
        painter.drawText(m_boxes[i], Qt::AlignCenter, m_texts[i]);
    }
    if (m_more == 0) return;
    painter.setPen(colours().text);
    const QRectF above(0, m_boxes.back().top() - kEach * m_scale, m_boxes.back().right(), kHigh * m_scale);
    painter.drawText(above, Qt::AlignRight | Qt::AlignVCenter,
                     QStringLiteral("and %1 more unplaced").arg(m_more));
}

} // namespace surgescope::widgets
