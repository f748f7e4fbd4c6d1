// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/line_chart.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/chart_plot.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

namespace {

QString shortUnit(Unit unit) {
    switch (unit) {
    case Unit::perSecond: return QStringLiteral("requests/s");
    case Unit::bitsPerSecond: return QStringLiteral("bit/s");
    case Unit::bytesPerSecond: return QStringLiteral("bytes/s");
    case Unit::ratio: return QStringLiteral("%");
    default: return {};
    }
}

std::vector<ChartLine> regionLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue,
                                   std::vector<float> feeds::RegionSeries::*values) {
    std::vector<ChartLine> lines;
    const auto& codes = catalogue.regions();
    for (const feeds::RegionSeries& series : frame.regions) {
        const auto at =
            static_cast<std::size_t>(std::find(codes.begin(), codes.end(), series.region) - codes.begin());
        const std::string_view name = feeds::regionName(series.region);
        lines.push_back({QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())),
                         regionColour(at), series.*values});
    }
    return lines;
}

} // namespace

LineChart::LineChart(Kind kind, Unit unit, const QString& title, QWidget* parent)
    : PanelWidget(title, parent), m_plot(new ChartPlot(kind, unit, this)) {
    setSubtitle(shortUnit(unit));
    layOut();
}

void LineChart::setLimit(double value, const QString& label) {
    m_plot->setLimit(value, label);
}

void LineChart::setData(const feeds::TimeAxis& axis, const std::vector<ChartLine>& lines,
                        std::optional<feeds::FeedSecond> release,
                        const std::vector<feeds::EventMark>& events) {
    std::vector<std::pair<QString, QColor>> legend;
    legend.reserve(lines.size());
    for (const ChartLine& line : lines)
        legend.emplace_back(line.name, line.colour);
    if (legend != m_legend) {
        m_legend = std::move(legend);
        update();
    }
    m_plot->setData(axis, lines, m_scale, release, events);
}

void LineChart::reset() {
    m_scale.reset();
    m_legend.clear();
    m_plot->setData({}, {}, m_scale, std::nullopt, {});
    update();
}

int LineChart::plotColumns() const {
    return std::clamp(static_cast<int>(m_plot->plotArea().width() * devicePixelRatioF()), 1, kMostColumns);
}

QRectF LineChart::plotRect() const {
    return m_plot->plotArea().translated(m_plot->pos());
}

void LineChart::setLegend(Legend legend) {
    m_legendPlace = legend;
    layOut();
    update();
}

void LineChart::paintBody(QPainter& painter, const QRectF& body) {
    if (m_legendPlace == Legend::none) return;
    painter.setFont(textFont(px(13)));
    const QFontMetricsF metrics(painter.font());
    double needed = 0;
    for (const auto& [name, colour] : m_legend)
        needed += metrics.horizontalAdvance(name) + px(32);
    const double squeeze = needed > body.width() ? body.width() / needed : 1;
    const bool beside = m_legendPlace == Legend::besideTitle;
    double x = beside ? body.right() - needed * squeeze + px(16) : body.left();
    const double y = beside ? px(16) : body.top() + px(3);
    for (const auto& [name, colour] : m_legend) {
        const double width = (metrics.horizontalAdvance(name) + px(32)) * squeeze;
        painter.fillRect(QRectF(x, y, px(11), px(11)), colour);
        painter.setPen(colours().muted);
        painter.drawText(QRectF(x + px(16), y - px(5), width - px(18), px(20)),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(name, Qt::ElideRight, width - px(18)));
        x += width;
    }
}

void LineChart::resizeEvent(QResizeEvent*) {
    layOut();
}

void LineChart::scaleChanged() {
    layOut();
}

void LineChart::layOut() {
    const QRectF body =
        bodyRect().adjusted(-px(6), px(m_legendPlace == Legend::ownLine ? 20 : 0), px(4), px(6));
    m_plot->setGeometry(body.toAlignedRect());
    m_plot->setSizes(scale());
}

std::vector<ChartLine> requestLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue) {
    return regionLines(frame, catalogue, &feeds::RegionSeries::requestsPerSecond);
}

std::vector<ChartLine> egressLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue) {
    return regionLines(frame, catalogue, &feeds::RegionSeries::egressBitsPerSecond);
}

std::vector<ChartLine> metadataLines(const feeds::Frame& frame) {
    const Palette& p = colours();
    return {{QStringLiteral("p50"), QColor(96, 184, 120), frame.worldSeries.metadataP50Us},
            {QStringLiteral("p95"), p.elevated, frame.worldSeries.metadataP95Us},
            {QStringLiteral("p99"), p.overload, frame.worldSeries.metadataP99Us}};
}

} // namespace surgescope::widgets
