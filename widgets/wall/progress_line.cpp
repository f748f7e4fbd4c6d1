// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/progress_line.h"

#include "widgets/base/palette.h"

#include <QPainter>

namespace surgescope::widgets {

ProgressLine::ProgressLine(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_OpaquePaintEvent);
    hide();
}

void ProgressLine::setProgress(double share, bool held) {
    const bool moved = qRound(share * width()) != qRound(m_share * width());
    const bool changed = held != m_held;
    m_share = share;
    m_held = held;
    if (moved || changed) update();
}

void ProgressLine::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colours().border);
    painter.fillRect(QRect(0, 0, qRound(m_share * width()), height()),
                     m_held ? colours().faint : colours().accent);
}

} // namespace surgescope::widgets
