// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat/lag_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/heat/heat_renderer.h"

#include <QLinearGradient>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace surgescope::widgets {

namespace {

using feeds::LagBins;

constexpr int kBins = static_cast<int>(LagBins::kCount);
constexpr double kFullShare = 0.35; // of a column in one bin: as much as the scale tells
constexpr double kScaleWide = 12, kScaleWords = 56, kScaleGap = 10; // pixels at scale 1

/// Where a share stands on the scale of colours, 0 to 1.
double sharePosition(double share) {
    return std::sqrt(std::min(1.0, share / kFullShare));
}

QRgb shareColourAt(double position) {
    return heatColourAt(0.06 + 0.94 * position);
}

} // namespace

QImage renderLag(const feeds::LagGrid& grid) {
    const int columns = grid.axis.columns;
    if (columns < 1 || grid.share.size() < static_cast<std::size_t>(columns) * LagBins::kCount) return {};
    QImage image(columns, kBins, QImage::Format_RGB32);
    for (int row = 0; row < kBins; ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
        for (int column = 0; column < columns; ++column) {
            const auto share =
                static_cast<double>(grid.at(column, static_cast<std::size_t>(kBins - 1 - row)));
            line[column] = !std::isfinite(share) ? heatNoData(row, column)
                           : share <= 0          ? heatNothingPurged()
                                                 : shareColourAt(sharePosition(share));
        }
    }
    return image;
}

QString lagMethodText(const feeds::PopTotals& totals) {
    using feeds::Counter;
    const std::uint64_t all = totals[Counter::inv_applied];
    const std::uint64_t byCanary = totals[Counter::lags_by_canary];
    if (all == 0 || !totals.measuredByAny.has(Counter::lag_error_us)) return {};
    const auto perKey = [all](std::uint64_t sum) {
        return static_cast<double>(sum) / static_cast<double>(all);
    };
    const QString how = byCanary == 0     ? QStringLiteral("by purge stamps")
                        : byCanary == all ? QStringLiteral("by canaries")
                                          : formatNumber(perKey(byCanary), Unit::ratio) +
                                                QStringLiteral(" by canaries, the others by purge stamps");
    return how + QStringLiteral(", off by up to ") +
           formatNumber(perKey(totals[Counter::lag_error_us]), Unit::microseconds) +
           (byCanary == 0 || byCanary == all ? QString() : QStringLiteral(" on average"));
}

LagWidget::LagWidget(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* parent)
    : TimePanel(focus, QStringLiteral("Invalidation lag distribution"), parent), m_catalogue(catalogue) {}

void LagWidget::setFrame(std::shared_ptr<const feeds::Frame> frame, const TimeWords& words) {
    m_frame = std::move(frame);
    m_image = m_frame ? renderLag(m_frame->lag) : QImage();
    setTime(m_frame ? m_frame->lag.axis : feeds::TimeAxis{}, words);
    QString of;
    if (m_frame && !m_frame->lag.of.isWorld()) {
        const auto name = m_catalogue.regionName(m_frame->lag.of.code);
        of = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        if (m_frame->selection.isPop()) // a PoP's own is not kept
            of = QStringLiteral("of its region, ") + of;
    }
    const QString how = m_frame ? lagMethodText(m_frame->sinceStart) : QString();
    setSubtitle(of.isEmpty() || how.isEmpty() ? of + how : of + QStringLiteral("; ") + how);
    setAccessibleDescription(m_image.isNull() ? QStringLiteral("no data yet") : commonestText());
    refresh();
}

/// Of the newest moment: which lag most of the invalidations had.
QString LagWidget::commonestText() const {
    const feeds::LagGrid& grid = m_frame->lag;
    std::size_t commonest = 0;
    const int last = grid.axis.columns - 1;
    for (std::size_t bin = 0; bin < LagBins::kCount; ++bin)
        if (grid.at(last, bin) > grid.at(last, commonest)) commonest = bin;
    return shareText(last, commonest);
}

QString LagWidget::shareText(int column, std::size_t bin) const {
    const auto share = static_cast<double>(m_frame->lag.at(column, bin));
    if (!std::isfinite(share)) return QStringLiteral("no data");
    return QStringLiteral("%1 of the invalidations applied took %2 to %3")
        .arg(formatNumber(share, Unit::ratio),
             formatNumber(LagBins::upperBoundUs(bin) / M_SQRT2, Unit::microseconds),
             formatNumber(LagBins::upperBoundUs(bin), Unit::microseconds));
}

QRectF LagWidget::plotRect() const {
    QRectF plot = bodyRect().adjusted(px(52), 0, -px(kScaleGap + kScaleWide + kScaleWords), -px(18));
    plot.setSize(plot.size().expandedTo(QSizeF(10, 10)));
    return plot;
}

double LagWidget::yOf(double lagUs) const {
    const QRectF plot = plotRect();
    const double bin = std::log2(lagUs) * 2 - LagBins::kFirst; // of its upper bound
    return plot.bottom() - bin / kBins * plot.height();
}

void LagWidget::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    const QRectF plot = plotRect();
    if (m_image.isNull()) {
        painter.setFont(textFont(px(16)));
        painter.setPen(p.faint);
        painter.drawText(body, Qt::AlignCenter, QStringLiteral("no data yet"));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintCells(painter, plot.toAlignedRect(), m_image);
    painter.setFont(textFont(px(kLeastType)));
    for (const double us : {10e3, 100e3, 1e6, 10e6, 100e6}) {
        const double y = yOf(us);
        painter.setPen(QPen(p.faint, 1, Qt::DotLine));
        painter.drawLine(QPointF(plot.left() - px(4), y), QPointF(plot.left(), y));
        painter.setPen(p.muted);
        painter.drawText(QRectF(0, y - px(10), plot.left() - px(8), px(20)),
                         Qt::AlignRight | Qt::AlignVCenter, tickText(us, Unit::microseconds));
    }
    paintTimeTicks(painter, plot);
    paintRelease(painter, plot, false);
    paintScale(painter, plot);
}

/// At the plot's right: which share of a moment's invalidations a colour is.
void LagWidget::paintScale(QPainter& painter, const QRectF& plot) const {
    const Palette& p = colours();
    const QRectF bar(plot.right() + px(kScaleGap), plot.top(), px(kScaleWide), plot.height());
    QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
    for (int i = 0; i <= 20; ++i)
        gradient.setColorAt(i / 20.0, QColor(shareColourAt(i / 20.0)));
    painter.fillRect(bar, gradient);
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar);
    painter.setFont(textFont(px(kLeastType)));
    painter.setPen(p.muted);
    double above = bar.top() - px(20);
    for (const double share : {kFullShare, 0.2, 0.1, 0.03, 0.0}) {
        const double y = std::clamp(bar.bottom() - sharePosition(share) * bar.height(), bar.top() + px(7),
                                    bar.bottom() - px(7));
        if (y - above < px(19) || (share > 0 && share < kFullShare && bar.bottom() - px(7) - y < px(19)))
            continue; // its words would lie on others
        above = y;
        QString words = tickText(share, Unit::ratio);
        if (share == kFullShare) words.prepend(QStringLiteral("≥ "));
        painter.drawText(QRectF(bar.right() + px(5), y - px(10), px(kScaleWords), px(20)),
                         Qt::AlignLeft | Qt::AlignVCenter, words);
    }
    painter.drawText(QRectF(bar.left(), plot.bottom() + px(3), width() - bar.left() - px(8), px(20)),
                     Qt::AlignLeft | Qt::AlignTop, QStringLiteral("share"));
}

void LagWidget::hovered(QPointF at, QPoint global) {
    const QRectF plot = plotRect();
    const auto column = columnAt(at.x());
    if (!column || m_image.isNull() || !plot.contains(at)) {
        QToolTip::hideText();
        return;
    }
    const auto bin = static_cast<std::size_t>(
        std::clamp((plot.bottom() - at.y()) / plot.height() * kBins, 0.0, kBins - 1.0));
    QToolTip::showText(global,
                       momentText(m_frame->lag.axis.endOf(*column), timeWords()) + QStringLiteral("<br>") +
                           shareText(*column, bin),
                       this);
}

} // namespace surgescope::widgets
