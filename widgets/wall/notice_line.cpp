// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/notice_line.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kType = 16;

} // namespace

NoticeLine::NoticeLine(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    m_ending.setSingleShot(true);
    m_ending.setInterval(kStays);
    connect(&m_ending, &QTimer::timeout, this, &NoticeLine::dismiss);
    hide();
}

void NoticeLine::say(const QString& text) {
    m_text = text.simplified();
    if (m_text.isEmpty()) return;
    m_ending.start();
    place(m_bottomLeft, m_mostWidth, m_scale);
    show();
    update();
}

bool NoticeLine::dismiss() {
    if (m_text.isEmpty()) return false;
    m_text.clear();
    m_ending.stop();
    hide();
    return true;
}

void NoticeLine::place(QPoint bottomLeft, int mostWidth, double scale) {
    m_bottomLeft = bottomLeft;
    m_mostWidth = mostWidth;
    m_scale = scale;
    const double words = QFontMetricsF(textFont(kType * scale, QFont::Medium)).horizontalAdvance(m_text);
    const int wide = std::min(mostWidth, static_cast<int>(std::ceil(words + 33 * scale)));
    const int high = qRound(34 * scale);
    setGeometry(bottomLeft.x(), bottomLeft.y() - high, wide, high);
    raise();
}

void NoticeLine::paintEvent(QPaintEvent*) {
    const Palette& p = colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(p.elevated, 1));
    painter.setBrush(p.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4 * m_scale, 4 * m_scale);
    painter.setFont(textFont(kType * m_scale, QFont::Medium));
    painter.setPen(p.text);
    const QRectF line = QRectF(rect()).adjusted(16 * m_scale, 0, -16 * m_scale, 0);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(m_text, Qt::ElideRight, line.width() + 1));
}

} // namespace surgescope::widgets
