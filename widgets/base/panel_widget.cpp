// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/panel_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFocusEvent>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

void paintFocusFrame(QPainter& painter, const QRectF& box, double scale) {
    const double wide = std::max(2.0, 3 * scale);
    painter.setPen(QPen(colours().accent, wide));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(box.adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2), 5 * scale, 5 * scale);
}

PanelWidget::PanelWidget(const QString& title, QWidget* parent) : QWidget(parent), m_title(title) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(title);
}

void PanelWidget::setScale(double scale) {
    if (scale == m_scale) return;
    m_scale = scale;
    scaleChanged();
    update();
}

void PanelWidget::setTitle(const QString& title) {
    if (title == m_title) return;
    m_title = title;
    setAccessibleName(title);
    update();
}

void PanelWidget::setSubtitle(const QString& subtitle) {
    if (subtitle == m_subtitle) return;
    m_subtitle = subtitle;
    update();
}

QRectF PanelWidget::bodyRect() const {
    return QRectF(rect()).adjusted(px(16), m_title.isEmpty() ? px(12) : px(34), -px(16), -px(12));
}

void PanelWidget::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintPanel(painter);
    paintFocus(painter);
}

void PanelWidget::focusInEvent(QFocusEvent* event) {
    m_keysLedHere = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    update();
}

void PanelWidget::focusOutEvent(QFocusEvent*) {
    m_keysLedHere = false;
    update();
}

void PanelWidget::paintFocus(QPainter& painter) const {
    if (m_keysLedHere && hasFocus()) paintFocusFrame(painter, rect(), m_scale);
}

void PanelWidget::paintPanel(QPainter& painter) {
    const Palette& p = colours();
    painter.fillRect(rect(), p.background);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(5), px(5));
    paintBody(painter, bodyRect());

    const QRectF line(px(16), px(8), width() - px(32), px(26));
    painter.setFont(textFont(px(kTitleType), QFont::DemiBold));
    painter.setPen(p.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    painter.setFont(textFont(px(kLeastType)));
    painter.setPen(p.muted);
    const double taken = QFontMetricsF(textFont(px(kTitleType), QFont::DemiBold)).horizontalAdvance(m_title) +
                         headlineWidth() + px(12);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter,
                     QFontMetricsF(painter.font())
                         .elidedText(subtitle(), Qt::ElideRight, std::max(0.0, line.width() - taken)));
}

void PanelWidget::paintBody(QPainter&, const QRectF&) {}

} // namespace surgescope::widgets
