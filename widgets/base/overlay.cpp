// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/overlay.h"

#include "widgets/base/palette.h"

#include <algorithm>

namespace surgescope::widgets {

Overlay::Overlay(QWidget* parent) : QWidget(parent) {
    hide();
}

void Overlay::toggle(double scale) {
    if (dismiss()) return;
    place(scale);
    raise();
    show();
}

bool Overlay::dismiss() {
    const bool open = !isHidden();
    hide();
    return open;
}

void Overlay::place(double scale) {
    m_scale = scale;
    setGeometry(parentWidget()->rect());
}

double Overlay::scaleOf(QSizeF size) const {
    return std::min({m_scale, width() / (size.width() + 20), height() / (size.height() + 20)});
}

QRectF Overlay::panelBox(QSizeF size) const {
    const QSizeF shown = size * scaleOf(size);
    return {QPointF(width() - shown.width(), height() - shown.height()) / 2, shown};
}

void Overlay::beginPanel(QPainter& painter, QSizeF size) const {
    const Palette& p = colours();
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = p.background;
    veil.setAlpha(170);
    painter.fillRect(rect(), veil);
    painter.translate(panelBox(size).topLeft());
    painter.scale(scaleOf(size), scaleOf(size));
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(QRectF(QPointF(), size), 8, 8);
}

} // namespace surgescope::widgets
