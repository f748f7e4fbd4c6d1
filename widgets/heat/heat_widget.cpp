// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat/heat_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/heat/heat_renderer.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kLeastRow = 15; // pixels at scale 1: what a code needs to be read
constexpr double kHighestRow = 26;
constexpr double kLeastCell = 3;
constexpr double kCodeWide = 38, kCodeFont = 13;

} // namespace

HeatWidget::HeatWidget(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* parent)
    : TimePanel(focus, QStringLiteral("Invalidation lag by PoP, p99, worst first"), parent),
      m_catalogue(catalogue), m_codeWide(kCodeWide) {
    // Of the catalogue and not of the rows: the time axis stands still while rows change.
    const QFontMetricsF metrics(textFont(kCodeFont, QFont::Medium));
    for (const feeds::Pop& pop : catalogue.pops())
        if (pop.code.size() > 3)
            m_codeWide = std::max(m_codeWide, metrics.horizontalAdvance(QString::fromStdString(pop.code)));

    connect(&focus, &Focus::selectionChanged, this, &HeatWidget::refresh);
}

void HeatWidget::setFrame(std::shared_ptr<const feeds::Frame> frame, const TimeWords& words) {
    m_frame = std::move(frame);
    m_image = m_frame ? renderHeat(m_frame->heat) : QImage();
    QString title = QStringLiteral("Invalidation lag by PoP, p99, worst first");
    if (m_frame && m_frame->selection.scope == feeds::Selection::Scope::region)
        title = QStringLiteral("Invalidation lag by PoP, ") +
                QString::fromUtf8(m_catalogue.regionName(m_frame->selection.code));
    setTitle(title);
    setTime(m_frame ? m_frame->heat.axis : feeds::TimeAxis{}, words);
    refresh();
}

QRectF HeatWidget::plotRect() const {
    return bodyRect().adjusted(px(m_codeWide + 6), 0, 0, -px(18));
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
    const QRectF target(plot.left(), plot.top(), plot.width(), high * m_image.height());
    paintCells(painter, target.toAlignedRect(), m_image);
    painter.setFont(textFont(std::min(px(kCodeFont), high * 0.82), QFont::Medium));
    for (int row = 0; row < m_image.height(); ++row) {
        const std::string& code = m_frame->heat.rows[static_cast<std::size_t>(row)];
        const bool selected = focus().selection() == feeds::Selection::pop(code);
        painter.setPen(selected ? p.accent : p.muted);
        const QRectF box(body.left(), plot.top() + row * high, px(m_codeWide), high);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, QString::fromStdString(code));
        if (!selected) continue;
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(plot.left(), box.top(), plot.width() - 1, high - 1));
    }
    paintTimeTicks(painter, target);
    paintRelease(painter, target, false);
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

void HeatWidget::hovered(QPointF at, QPoint global) {
    const auto row = rowAt(at);
    const auto column = columnAt(at.x());
    if (!row || !column) {
        QToolTip::hideText();
        return;
    }
    const feeds::HeatGrid& grid = m_frame->heat;
    const bool whole = grid.lagUs.size() >= grid.rows.size() * static_cast<std::size_t>(grid.axis.columns);
    const double lag = whole ? static_cast<double>(grid.at(*row, *column)) : std::nan("");
    const QString text = !std::isfinite(lag) ? QStringLiteral("no data")
                         : lag < 0           ? QStringLiteral("heard, nothing purged")
                                             : formatNumber(lag, Unit::microseconds);
    QToolTip::showText(
        global,
        QStringLiteral("<b>%1</b> %2<br>lag p99: %3")
            .arg(QString::fromStdString(grid.rows[static_cast<std::size_t>(*row)]).toHtmlEscaped(),
                 momentText(grid.axis.endOf(*column), timeWords()), text),
        this);
}

void HeatWidget::clicked(QPointF at) {
    if (const auto row = rowAt(at))
        focus().select(feeds::Selection::pop(m_frame->heat.rows[static_cast<std::size_t>(*row)]));
}

} // namespace surgescope::widgets
