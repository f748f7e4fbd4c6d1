// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/line_chart.h"

#include "widgets/base/fonts.h"
#include "widgets/base/paint_device.h"
#include "widgets/base/palette.h"
#include "widgets/charts/chart_plot.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

// A ghost is there to be compared with. Several times as high as what is measured (a baseline of a million
// nodes under three), it would press that flat against the bottom: then the axis follows what is measured
// alone. Two ratios, so that it does not come and go.
constexpr double kGhostLeaves = 4, kGhostReturns = 3;
constexpr double kNamesReleaseFrom = 80; // pixels at scale 1 of height: a name must not take a curve's room

QString shortUnit(Unit unit) {
    switch (unit) {
    case Unit::perSecond: return QStringLiteral("requests/s");
    case Unit::bitsPerSecond: return QStringLiteral("bit/s");
    case Unit::bytesPerSecond: return QStringLiteral("bytes/s");
    case Unit::ratio: return QStringLiteral("%");
    default: return {};
    }
}

} // namespace

LineChart::LineChart(Focus& focus, ChartKind kind, Unit unit, const QString& title, QWidget* parent)
    : TimePanel(focus, title, parent), m_kind(kind), m_unit(unit), m_plot(std::make_unique<ChartPlot>()) {
    setSubtitle(shortUnit(unit));
}

LineChart::~LineChart() = default;

void LineChart::setLimit(double value, const QString& label) {
    m_limit = value;
    m_limitLabel = label;
    refresh();
}

void LineChart::setLogarithmic(double lowest, double highest) {
    m_log = {lowest, highest};
    refresh();
}

void LineChart::setLegend(Legend legend) {
    m_legendPlace = legend;
    refresh();
}

void LineChart::setData(Data data) {
    m_data = std::move(data);
    setTime(m_data.axis, m_data.words);
    const int columns = m_data.axis.columns;
    m_empty = std::ranges::none_of(m_data.lines, [](const ChartLine& line) {
        return !line.ghost && std::ranges::any_of(line.values, [](float v) { return std::isfinite(v); });
    });
    const double own = std::max(largestValue(m_kind, columns, m_data.lines), m_empty ? 0.0 : m_limit * 1.02);
    const double ghostTop = largestGhost(columns, m_data.lines);
    const bool above =
        !m_log && !m_empty && ghostTop > own * (m_ghostAbove > 0 ? kGhostReturns : kGhostLeaves);
    m_ghostAbove = above ? ghostTop : 0;
    m_scale.show(above ? own : std::max(own, ghostTop));
    const auto ghost = std::ranges::find(m_data.lines, true, &ChartLine::ghost);
    QString subtitle = shortUnit(m_unit);
    if (ghost != m_data.lines.end() && m_legendPlace != Legend::besideTitle)
        subtitle += QStringLiteral(", dashed: ") + nameOf(*ghost);
    setSubtitle(subtitle);
    m_shapes = shapesOf(m_kind, columns, m_data.lines, [this](double value) { return shareOf(value); });
    m_plot->setShapes(m_shapes, lineWidth());
    refresh();
}

void LineChart::reset() {
    m_scale.reset();
    m_ghostAbove = 0;
    setData({});
}

double LineChart::shareOf(double value) const {
    if (m_log) {
        const double clamped = std::clamp(value, m_log->lowest, m_log->highest);
        return std::log(clamped / m_log->lowest) / std::log(m_log->highest / m_log->lowest);
    }
    return m_scale.top() > 0 ? value / m_scale.top() : 0;
}

/// Of what is not in the picture it says where it is.
QString LineChart::nameOf(const ChartLine& line) const {
    if (!line.ghost || m_ghostAbove <= 0) return line.name;
    return QStringLiteral("%1, far above (%2)").arg(line.name, formatNumber(m_ghostAbove, m_unit));
}

bool LineChart::namesRelease() const {
    return bodyRect().height() >= px(kNamesReleaseFrom);
}

int LineChart::plotColumns() const {
    return std::clamp(static_cast<int>(plotRect().width() * devicePixelRatioF()), 1, kMostColumns);
}

QRectF LineChart::plotRect() const {
    const QRectF body = bodyRect();
    const double legend = m_legendPlace == Legend::ownLine ? 20 : 0;
    QRectF plot = body.adjusted(px(52), px(legend + (namesRelease() ? 16 : 5)), 0, -px(16));
    plot.setSize(plot.size().expandedTo(QSizeF(10, 10)));
    return plot;
}

void LineChart::scaleChanged() {
    m_plot->setShapes(m_shapes, lineWidth());
    refresh();
}

void LineChart::paintBody(QPainter& painter, const QRectF& body) {
    const QRectF plot = plotRect();
    paintLegend(painter, body);
    if (m_kind == ChartKind::stackedAreas)
        for (const auto& [from, to] : incompleteStretches(m_data.axis.columns, m_data.lines))
            painter.fillRect(QRectF(plot.left() + from * plot.width(), plot.top(), (to - from) * plot.width(),
                                    plot.height()),
                             QBrush(colours().faint, Qt::BDiagPattern));
    paintGrid(painter, plot);
    if (m_empty) {
        painter.setPen(colours().faint);
        painter.setFont(textFont(px(16)));
        painter.drawText(plot, Qt::AlignCenter, QStringLiteral("no data yet"));
        return;
    }
    paintLimit(painter, plot); // beneath the curves: it hides none
    if (keepsVectors(painter))
        paintShapes(painter, plot, m_shapes, lineWidth());
    else
        m_plot->paint(painter, plot);
    paintMarks(painter, plot);
}

void LineChart::paintLegend(QPainter& painter, const QRectF& body) const {
    if (hasLegend()) paintLegend(painter, body, m_legendPlace == Legend::besideTitle);
}

void LineChart::paintLegendLine(QPainter& painter, const QRectF& line) const {
    paintLegend(painter, line, false);
}

void LineChart::paintLegend(QPainter& painter, const QRectF& body, bool beside) const {
    painter.setFont(textFont(px(13)));
    const QFontMetricsF metrics(painter.font());
    double needed = 0;
    const bool withGhosts = m_legendPlace == Legend::besideTitle; // otherwise beside the unit
    for (const ChartLine& line : m_data.lines)
        if (withGhosts || !line.ghost) needed += metrics.horizontalAdvance(nameOf(line)) + px(32);
    const double squeeze = needed > body.width() ? body.width() / needed : 1;
    const double room =
        beside ? body.width() - QFontMetricsF(textFont(px(16), QFont::DemiBold)).horizontalAdvance(title()) -
                     px(20)
               : body.width();
    const double fit = std::min(squeeze, needed > room ? room / needed : 1);
    double x = beside ? body.right() - needed * fit + px(16) : body.left();
    const double y = beside ? px(16) : body.top() + px(3);
    for (const ChartLine& line : m_data.lines) {
        if (line.ghost && !withGhosts) continue;
        const double width = (metrics.horizontalAdvance(nameOf(line)) + px(32)) * fit;
        if (line.ghost) {
            painter.setPen(QPen(line.colour, px(1.6), Qt::DashLine));
            painter.drawLine(QPointF(x, y + px(5.5)), QPointF(x + px(12), y + px(5.5)));
        } else {
            painter.fillRect(QRectF(x, y, px(11), px(11)), line.colour);
        }
        painter.setPen(colours().muted);
        painter.drawText(QRectF(x + px(16), y - px(5), width - px(18), px(20)),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(nameOf(line), Qt::ElideRight, width - px(18)));
        x += width;
    }
}

void LineChart::paintGrid(QPainter& painter, const QRectF& plot) const {
    const Palette& p = colours();
    std::vector<double> values;
    if (m_log) {
        for (double value = m_log->lowest; value <= m_log->highest * 1.001; value *= 10)
            values.push_back(value);
    } else if (m_empty || m_scale.isEmpty()) {
        values.push_back(0);
    } else {
        const int divisions = plot.height() < px(24) * m_scale.divisions() ? 2 : m_scale.divisions();
        for (int i = 0; i <= divisions; ++i)
            values.push_back(m_scale.top() * i / divisions);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(textFont(px(13)));
    double labelled = 1e9; // y of the label below
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double y = plot.bottom() - shareOf(values[i]) * plot.height();
        painter.setPen(QPen(i == 0 ? p.faint : p.grid, 1));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        if (m_empty || labelled - y < px(17)) continue;
        labelled = y;
        painter.setPen(p.muted);
        painter.drawText(QRectF(0, y - px(10), plot.left() - px(7), px(20)),
                         Qt::AlignRight | Qt::AlignVCenter,
                         values[i] == 0 ? QStringLiteral("0") : tickText(values[i], m_unit));
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (!m_empty) paintTimeTicks(painter, plot);
}

void LineChart::paintLimit(QPainter& painter, const QRectF& plot) const {
    if (m_limit <= 0) return;
    const Palette& p = colours();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(textFont(px(13), QFont::Medium));
    const double y = plot.bottom() - shareOf(m_limit) * plot.height();
    painter.setPen(QPen(p.overload, lineWidth(), Qt::DashLine));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    QRectF box(plot.left() + px(6), y - px(19), 0, px(18));
    box.setWidth(QFontMetricsF(painter.font()).horizontalAdvance(m_limitLabel) + px(6));
    // Where it can be read: beside the curves, if it can be.
    const double wide = box.width() / plot.width(), low = shareOf(m_limit), high = px(19) / plot.height();
    for (const double place : {0.0, 1.0, 0.5})
        if (!isCrossed(m_shapes, {place * (1 - wide), low, wide, high})) {
            box.translate(place * (plot.width() - box.width() - px(12)), 0);
            break;
        }
    painter.fillRect(box, p.shade);
    painter.setPen(p.overload);
    painter.drawText(box, Qt::AlignCenter, m_limitLabel);
    painter.setRenderHint(QPainter::Antialiasing, true);
}

void LineChart::paintMarks(QPainter& painter, const QRectF& plot) const {
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(colours().faint, lineWidth()));
    for (const feeds::EventMark& event : m_data.events) {
        const double x = xOf(event.at);
        if (event.kind == "release" || x < plot.left() || x > plot.right()) continue;
        painter.drawLine(QPointF(x, plot.bottom() - px(8)), QPointF(x, plot.bottom()));
    }
    paintRelease(painter, plot, namesRelease());
}

void LineChart::paintCrosshair(QPainter& painter, double x, int column) {
    const QRectF plot = plotRect();
    struct Row {
        QString text;
        QColor colour;
    };
    std::vector<Row> rows;
    painter.setFont(textFont(px(13), QFont::Medium));
    const QFontMetricsF metrics(painter.font());
    double wide = 0, sum = 0;
    int stacked = 0;
    const auto add = [&](const QString& name, double value, const QColor& colour) {
        rows.push_back({name + u' ' + formatNumber(value, m_unit), colour});
        wide = std::max(wide, metrics.horizontalAdvance(rows.back().text));
    };
    for (const ChartLine& line : m_data.lines) {
        const auto at = static_cast<std::size_t>(column);
        const double value = at < line.values.size() ? static_cast<double>(line.values[at]) : std::nan("");
        add(line.name, value, line.colour);
        if (line.ghost || !std::isfinite(value)) continue;
        sum += value;
        ++stacked;
    }
    if (m_kind == ChartKind::stackedAreas && stacked > 1)
        add(QStringLiteral("together"), sum, colours().text);
    // What does not fit is the least interesting: of a tall stack the sum is left.
    const auto fit = static_cast<std::size_t>(std::max(1.0, (plot.height() - px(4)) / px(17)));
    if (rows.size() > fit) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(fit));
    QRectF box(x + px(8), plot.top() + px(2), wide + px(28),
               px(17) * static_cast<double>(rows.size()) + px(6));
    if (box.right() > plot.right()) box.moveRight(x - px(8));
    painter.fillRect(box, colours().shade);
    double y = box.top() + px(3);
    for (const Row& row : rows) {
        painter.fillRect(QRectF(box.left() + px(6), y + px(4), px(9), px(9)), row.colour);
        painter.setPen(colours().text);
        painter.drawText(QRectF(box.left() + px(20), y, wide + px(8), px(17)),
                         Qt::AlignLeft | Qt::AlignVCenter, row.text);
        y += px(17);
    }
}

} // namespace surgescope::widgets
