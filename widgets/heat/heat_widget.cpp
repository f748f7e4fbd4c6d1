// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat/heat_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/heat/heat_renderer.h"

#include <QLinearGradient>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kLeastRow = 15; // pixels at scale 1: what a code needs to be read
constexpr double kHighestRow = 26;
constexpr double kLeastCell = 3;

} // namespace

HeatWidget::HeatWidget(QWidget* parent)
    : PanelWidget(QStringLiteral("Invalidation lag by PoP, p99, worst first"), parent) {
    setMouseTracking(true);
}

void HeatWidget::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
    m_image = m_frame ? renderHeat(m_frame->heat) : QImage();
    update();
}

void HeatWidget::setSelectedPop(const std::optional<std::string>& code) {
    if (code == m_selected) return;
    m_selected = code;
    update();
}

QRectF HeatWidget::plotRect() const {
    return bodyRect().adjusted(px(44), 0, 0, -px(18));
}

int HeatWidget::plotColumns() const {
    return std::clamp(static_cast<int>(plotRect().width() / px(kLeastCell)), 1, 600);
}

int HeatWidget::plotRows() const {
    return std::clamp(static_cast<int>(plotRect().height() / px(kLeastRow)), 1, 64);
}

double HeatWidget::rowHeight() const {
    return std::min(px(kHighestRow), plotRect().height() / std::max(1, m_image.height()));
}

std::optional<int> HeatWidget::rowAt(QPointF at) const {
    if (m_image.isNull() || at.x() > plotRect().right()) return std::nullopt;
    const int row = static_cast<int>(std::floor((at.y() - plotRect().top()) / rowHeight()));
    if (row < 0 || row >= m_image.height()) return std::nullopt;
    return row;
}

void HeatWidget::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    const QRectF plot = plotRect();
    paintLegend(painter, body);
    if (m_image.isNull()) {
        painter.setFont(textFont(px(16)));
        painter.setPen(p.faint);
        painter.drawText(body, Qt::AlignCenter, QStringLiteral("no data yet"));
        return;
    }
    const double high = rowHeight();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    const QRectF target(plot.left(), plot.top(), plot.width(), high * m_image.height());
    painter.drawImage(target.toAlignedRect(), m_image);
    painter.setFont(textFont(std::min(px(13), high * 0.82), QFont::Medium));
    for (int row = 0; row < m_image.height(); ++row) {
        const std::string& code = m_frame->heat.rows[static_cast<std::size_t>(row)];
        const bool selected = m_selected == code;
        painter.setPen(selected ? p.accent : p.muted);
        const QRectF box(body.left(), plot.top() + row * high, px(38), high);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, QString::fromStdString(code));
        if (!selected) continue;
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(plot.left(), box.top(), plot.width() - 1, high - 1));
    }
    paintTimes(painter, target);
}

void HeatWidget::paintTimes(QPainter& painter, const QRectF& plot) {
    const feeds::TimeAxis& axis = m_frame->heat.axis;
    const auto range = static_cast<double>(axis.columns) * static_cast<double>(axis.step.count());
    int step = 60;
    for (const int candidate : {60, 120, 300, 600, 900, 1'800, 3'600, 7'200, 21'600, 43'200}) {
        step = candidate;
        if (range / step <= 8) break;
    }
    painter.setFont(textFont(px(13)));
    painter.setPen(colours().muted);
    for (int back = 0; back <= range; back += step) {
        const double x = plot.right() - back / range * plot.width();
        QRectF box(x - px(40), plot.bottom() + px(1), px(80), px(18));
        int align = Qt::AlignHCenter;
        if (back == 0) {
            box.moveRight(plot.right());
            align = Qt::AlignRight;
        } else if (x - px(20) < plot.left()) {
            box.moveLeft(plot.left());
            align = Qt::AlignLeft;
        }
        const QString text = back == 0       ? QStringLiteral("now")
                             : step >= 3'600 ? QStringLiteral("−%1 h").arg(back / 3'600)
                                             : QStringLiteral("−%1 m").arg(back / 60);
        painter.drawText(box, align | Qt::AlignVCenter, text);
    }
    if (!m_frame->releaseAt) return;
    const auto before = static_cast<double>((axis.end - *m_frame->releaseAt).count());
    if (before <= 0 || before >= range) return;
    const double x = plot.right() - before / range * plot.width();
    painter.setPen(QPen(colours().accent, 1, Qt::DotLine));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
}

void HeatWidget::paintLegend(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    const double y = px(13), bar = px(190);
    double x = body.right() - bar;
    QLinearGradient gradient(x, 0, x + bar, 0);
    const double decades = std::log(kHeatHighestUs / kHeatLowestUs);
    for (int i = 0; i <= 20; ++i)
        gradient.setColorAt(i / 20.0, QColor(heatColour(kHeatLowestUs * std::exp(decades * i / 20))));
    painter.fillRect(QRectF(x, y, bar, px(8)), gradient);
    painter.setFont(textFont(px(12)));
    painter.setPen(p.muted);
    for (const auto& [us, text] :
         {std::pair{10e3, u"10 ms"}, {100e3, u"100"}, {1e6, u"1 s"}, {10e6, u"10"}, {60e6, u"60 s"}}) {
        const double at = x + heatPosition(us) * bar;
        const QRectF box(at - px(30), y + px(8), px(60), px(15));
        const int align = us == 10e3 ? Qt::AlignLeft : us == 60e6 ? Qt::AlignRight : Qt::AlignHCenter;
        const double shift = us == 10e3 ? px(30) : us == 60e6 ? -px(30) : 0;
        painter.drawText(box.translated(shift, 0), align | Qt::AlignVCenter, QString::fromUtf16(text));
    }
    const auto swatch = [&](const QString& text, bool chequered) {
        x -= px(30) + painter.fontMetrics().horizontalAdvance(text);
        const QRectF box(x - px(6), y + px(1), px(16), px(12));
        if (chequered) {
            for (int row = 0; row < 3; ++row)
                for (int column = 0; column < 4; ++column)
                    painter.fillRect(
                        QRectF(box.left() + column * px(4), box.top() + row * px(4), px(4), px(4)),
                        QColor(heatNoData(row, column)));
        } else
            painter.fillRect(box, QColor(heatNothingPurged()));
        painter.setPen(QPen(p.border, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box);
        painter.setPen(p.muted);
        painter.drawText(QRectF(box.right() + px(5), y - px(2), px(200), px(18)),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    swatch(QStringLiteral("nothing purged"), false);
    swatch(QStringLiteral("no data"), true);
}

void HeatWidget::mouseMoveEvent(QMouseEvent* event) {
    const auto row = rowAt(event->position());
    const QRectF plot = plotRect();
    if (!row || !plot.contains(event->position())) {
        QToolTip::hideText();
        return;
    }
    const int column =
        std::clamp(static_cast<int>((event->position().x() - plot.left()) / plot.width() * m_image.width()),
                   0, m_image.width() - 1);
    const feeds::HeatGrid& grid = m_frame->heat;
    const bool whole = grid.lagUs.size() >= grid.rows.size() * static_cast<std::size_t>(grid.axis.columns);
    const double lag = whole ? static_cast<double>(grid.at(*row, column)) : std::nan("");
    const QString text = !std::isfinite(lag) ? QStringLiteral("no data")
                         : lag < 0           ? QStringLiteral("heard, nothing purged")
                                             : formatNumber(lag, Unit::microseconds);
    QToolTip::showText(
        event->globalPosition().toPoint(),
        QStringLiteral("<b>%1</b> %2 UTC<br>lag p99: %3")
            .arg(QString::fromStdString(grid.rows[static_cast<std::size_t>(*row)]).toHtmlEscaped(),
                 QString::fromStdString(feeds::utcText(grid.axis.endOf(column))), text),
        this);
}

void HeatWidget::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (const auto row = rowAt(event->position()))
        emit popSelected(QString::fromStdString(m_frame->heat.rows[static_cast<std::size_t>(*row)]));
}

} // namespace surgescope::widgets
