// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/time_panel.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

TimePanel::TimePanel(Focus& focus, const QString& title, QWidget* parent)
    : PanelWidget(title, parent), m_focus(focus) {
    setMouseTracking(true);
    connect(&focus, &Focus::crosshairMoved, this, qOverload<>(&QWidget::update));
}

void TimePanel::setTime(const feeds::TimeAxis& axis, const TimeWords& words) {
    m_axis = axis;
    m_words = words;
}

QString TimePanel::subtitle() const {
    const QString usual = PanelWidget::subtitle();
    if (!m_focus.range().until || m_axis.columns < 1) return usual;
    const auto text = [this](feeds::FeedSecond at) {
        return m_words.release ? formatSinceRelease((at - *m_words.release).count())
                               : QString::fromStdString(feeds::utcText(at)).mid(11) + QStringLiteral(" UTC");
    };
    return QStringLiteral("zoomed: %1 to %2")
               .arg(text(m_axis.end - m_axis.columns * m_axis.step), text(m_axis.end)) +
           (usual.isEmpty() ? QString() : QStringLiteral(" · ")) + usual;
}

double TimePanel::xOf(feeds::FeedSecond at) const {
    const QRectF plot = plotRect();
    const auto range = static_cast<double>(m_axis.columns * m_axis.step.count());
    return plot.right() - static_cast<double>((m_axis.end - at).count()) / range * plot.width();
}

feeds::FeedSecond TimePanel::timeAt(double x) const {
    const QRectF plot = plotRect();
    const auto range = static_cast<double>(m_axis.columns * m_axis.step.count());
    const double back = (plot.right() - std::clamp(x, plot.left(), plot.right())) / plot.width() * range;
    return m_axis.end - std::chrono::seconds(std::llround(back));
}

std::optional<int> TimePanel::columnAt(double x) const {
    const QRectF plot = plotRect();
    if (m_axis.columns < 1 || x < plot.left() || x > plot.right()) return std::nullopt;
    const double share = (x - plot.left()) / plot.width();
    return std::min(static_cast<int>(share * m_axis.columns), m_axis.columns - 1);
}

std::optional<int> TimePanel::columnOf(feeds::FeedSecond at) const {
    if (m_axis.columns < 1 || at > m_axis.end) return std::nullopt;
    const auto back = (m_axis.end - at) / m_axis.step; // a column ends at its time
    if (back >= m_axis.columns) return std::nullopt;
    return m_axis.columns - 1 - static_cast<int>(back);
}

void TimePanel::refresh() {
    m_picture = {};
    update();
}

void TimePanel::paintEvent(QPaintEvent*) {
    const double ratio = devicePixelRatioF();
    if (m_picture.isNull() || m_picture.devicePixelRatio() != ratio) {
        m_picture = QPixmap(size() * ratio);
        m_picture.setDevicePixelRatio(ratio);
        QPainter painter(&m_picture);
        paintPanel(painter);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    paintOverlay(painter);
    paintFocus(painter);
}

void TimePanel::paintOverlay(QPainter& painter) {
    const QRectF plot = plotRect();
    if (m_dragX && m_pressedAt) {
        QColor veil = colours().accent;
        veil.setAlpha(50);
        const double from = std::clamp(m_pressedAt->x(), plot.left(), plot.right());
        const double to = std::clamp(*m_dragX, plot.left(), plot.right());
        painter.fillRect(QRectF(QPointF(from, plot.top()), QPointF(to, plot.bottom())).normalized(), veil);
    }
    const auto at = m_focus.crosshair();
    if (!at) return;
    const auto column = columnOf(*at);
    if (!column) return;
    const double x = std::round(xOf(*at)) + 0.5;
    painter.setPen(QPen(colours().text, lineWidth()));
    painter.setOpacity(0.55);
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    painter.setOpacity(1);
    paintCrosshair(painter, x, *column);
}

void TimePanel::paintCrosshair(QPainter&, double, int) {}

void TimePanel::paintTimeTicks(QPainter& painter, const QRectF& plot) const {
    if (m_axis.columns < 1) return;
    painter.setFont(textFont(px(kLeastType)));
    const QFontMetricsF metrics(painter.font());
    painter.setPen(colours().muted);
    const auto from = m_axis.end - m_axis.columns * m_axis.step;
    const int most = std::clamp(static_cast<int>(plot.width() / px(120)), 2, 8);
    for (const TimeTick& tick : timeTicks(from, m_axis.end, m_words, most)) {
        const double half = metrics.horizontalAdvance(tick.text) / 2;
        const double x = std::clamp(xOf(tick.at), plot.left() + half, plot.right() - half);
        painter.drawText(QRectF(x - half - 1, plot.bottom() + px(3), 2 * half + 2, px(20)),
                         Qt::AlignHCenter | Qt::AlignTop, tick.text);
    }
}

void TimePanel::paintRelease(QPainter& painter, const QRectF& plot, bool named) const {
    if (!m_words.release || m_axis.columns < 1) return;
    const double x = xOf(*m_words.release);
    if (x < plot.left() || x > plot.right()) return;
    painter.setPen(QPen(colours().accent, lineWidth(), Qt::DotLine));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    if (!named) return;
    painter.setFont(textFont(px(kLeastType), QFont::Medium));
    const QString text = QStringLiteral("release");
    QRectF box(x + px(2), plot.top(), QFontMetricsF(painter.font()).horizontalAdvance(text) + px(8), px(19));
    if (box.right() > plot.right()) box.moveRight(x - px(2));
    painter.fillRect(box, colours().shade);
    painter.drawText(box, Qt::AlignCenter, text);
}

void TimePanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::StyleChange) refresh();
    PanelWidget::changeEvent(event);
}

void TimePanel::resizeEvent(QResizeEvent*) {
    refresh();
}

void TimePanel::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) m_pressedAt = event->position();
}

void TimePanel::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    if (m_axis.columns < 1) return;
    m_focus.setCrosshair(plotRect().contains(at) || m_dragX ? std::optional(timeAt(at.x())) : std::nullopt);
    if (m_pressedAt && (event->buttons() & Qt::LeftButton)) {
        if (m_dragX || std::abs(at.x() - m_pressedAt->x()) >= QApplication::startDragDistance()) {
            m_dragX = at.x();
            update();
        }
        return;
    }
    hovered(at, event->globalPosition().toPoint());
}

void TimePanel::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressedAt) return;
    const QPointF pressed = *m_pressedAt;
    m_pressedAt.reset();
    if (!m_dragX) {
        clicked(event->position());
        return;
    }
    m_dragX.reset();
    const auto begun = timeAt(pressed.x()), ended = timeAt(event->position().x());
    if (begun != ended && m_axis.columns > 0)
        m_focus.setRange({std::chrono::abs(ended - begun), std::max(begun, ended)});
    update();
}

void TimePanel::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) m_focus.toNow();
}

void TimePanel::leaveEvent(QEvent*) {
    m_focus.setCrosshair(std::nullopt);
    QToolTip::hideText();
}

} // namespace surgescope::widgets
