// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/edge_frame.h"

#include "feeds/state/freshness.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cstdint>

namespace surgescope::widgets {

namespace {

constexpr double kWide = 8; // pixels at scale 1
constexpr double kWords = 24;

} // namespace

DataAge dataAge(std::optional<double> newestAge, std::optional<double> sinceFrame) {
    if (!newestAge || !sinceFrame) return {};
    // A frame knows its age when it was made; it goes on ageing on the screen.
    const bool stuck = *sinceFrame > kFrameMissingSeconds;
    const double age = *newestAge + (stuck ? *sinceFrame : 0);
    if (!stuck && age <= feeds::kLateAfterSeconds) return {};
    if (!stuck && age <= feeds::kStaleAfterSeconds) return {DataAge::Alarm::late, {}};
    return {DataAge::Alarm::old,
            QStringLiteral("DATA %1 OLD").arg(formatSpan(static_cast<std::int64_t>(age)))};
}

EdgeFrame::EdgeFrame(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void EdgeFrame::setAge(const DataAge& age) {
    if (age == m_age) return;
    m_age = age;
    place(m_scale);
    update();
}

QRect EdgeFrame::wordsBox() const {
    if (m_age.words.isEmpty()) return {};
    const QFontMetricsF metrics(textFont(kWords * m_scale, QFont::DemiBold));
    const double wide = metrics.horizontalAdvance(m_age.words) + 40 * m_scale;
    return QRectF(width() - wide, 0, wide, 44 * m_scale).toAlignedRect().intersected(rect());
}

void EdgeFrame::place(double scale) {
    m_scale = scale;
    if (m_age.alarm == DataAge::Alarm::none) return hide();
    setGeometry(parentWidget()->rect());
    const int wide = std::max(3, qRound(kWide * scale));
    const QRegion frame = QRegion(rect()).subtracted(rect().adjusted(wide, wide, -wide, -wide));
    setMask(frame.united(wordsBox()));
    raise();
    show();
}

void EdgeFrame::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const bool old = m_age.alarm == DataAge::Alarm::old;
    painter.fillRect(rect(), old ? colours().overload : colours().elevated);
    if (m_age.words.isEmpty()) return;
    painter.setFont(textFont(kWords * m_scale, QFont::DemiBold));
    painter.setPen(colours().background); // the one that stands out in every theme
    painter.drawText(wordsBox(), Qt::AlignCenter, m_age.words);
}

} // namespace surgescope::widgets
