// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/drop_preview.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QPainter>

namespace surgescope::widgets {

DropPreview::DropPreview(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropPreview::show(const QRect& box, const QString& text, double scale) {
    m_text = text;
    m_scale = scale;
    setGeometry(box);
    raise();
    QWidget::show();
    update();
}

void DropPreview::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = colours().accent;
    veil.setAlpha(70);
    painter.setBrush(veil);
    painter.setPen(QPen(colours().accent, 2 * m_scale));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 5 * m_scale, 5 * m_scale);
    painter.setFont(textFont(20 * m_scale, QFont::DemiBold));
    const QRectF words = QRectF(painter.fontMetrics().boundingRect(rect(), Qt::AlignCenter, m_text))
                             .adjusted(-14 * m_scale, -8 * m_scale, 14 * m_scale, 8 * m_scale);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours().shade);
    painter.drawRoundedRect(words, 4 * m_scale, 4 * m_scale);
    painter.setPen(colours().text);
    painter.drawText(rect(), Qt::AlignCenter, m_text);
}

} // namespace surgescope::widgets
