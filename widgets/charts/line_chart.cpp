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
#include <iterator>

namespace surgescope::widgets {

namespace {

// A ghost is there to be compared with. Several times as high as what is measured (a baseline of a million
// nodes under three), it would press that flat against the bottom: then the axis follows what is measured
// alone. Two ratios, so that it does not come and go.
constexpr double kGhostLeaves = 4, kGhostReturns = 3;
// Pixels at scale 1.
constexpr double kTallFrom = 80; // of height: in less, words in the plot would take a curve's room
constexpr double kTicks = 66, kBelow = 25;

} // namespace

LineChart::LineChart(Focus& focus, ChartKind kind, Unit unit, const QString& title, const QString& unitWords,
                     QWidget* parent)
    : TimePanel(focus, title, parent), m_kind(kind), m_unit(unit), m_unitWords(unitWords),
      m_plot(std::make_unique<ChartPlot>()) {
    setSubtitle(unitWords);
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

void LineChart::setHeadline(const QString& number, const QString& words, bool isOld) {
    m_headlineIsOld = isOld;
    m_headline = number;
    m_headlineWords = words;
}

void LineChart::setData(Data data) {
    m_data = std::move(data);
    setTime(m_data.axis, m_data.words);
    if (!m_data.lines.empty() && hiddenNames().size() == static_cast<qsizetype>(m_data.lines.size()))
        m_hidden.clear(); // others than those they were hidden among
    showLines();
}

void LineChart::showLines() {
    m_shown.clear();
    std::ranges::copy_if(m_data.lines, std::back_inserter(m_shown),
                         [this](const ChartLine& line) { return !isSeriesHidden(line.name); });
    const int columns = m_data.axis.columns;
    m_empty = std::ranges::none_of(m_data.lines, [](const ChartLine& line) {
        return !line.ghost && std::ranges::any_of(line.values, [](float v) { return std::isfinite(v); });
    });
    const bool ghostAlone = std::ranges::all_of(m_shown, &ChartLine::ghost);
    const double own = std::max(largestValue(m_kind, columns, m_shown), m_empty ? 0.0 : m_limit * 1.02);
    const double ghostTop = largestGhost(columns, m_shown);
    const bool above = !m_log && !m_empty && !ghostAlone &&
                       ghostTop > own * (m_ghostAbove > 0 ? kGhostReturns : kGhostLeaves);
    m_ghostAbove = above ? ghostTop : 0;
    m_scale.show(above ? own : std::max(own, ghostTop));
    const auto ghost = std::ranges::find(m_shown, true, &ChartLine::ghost);
    const QStringList hidden = hiddenNames();
    QString subtitle =
        above ? QStringLiteral("%1 is far above (%2)").arg(ghost->name, formatNumber(ghostTop, m_unit))
              : m_unitWords;
    if (!hidden.isEmpty())
        subtitle = QStringLiteral("hidden: ") + hidden.join(QStringLiteral(", ")) +
                   (subtitle.isEmpty() ? QString() : QStringLiteral(" · ")) + subtitle;
    setSubtitle(subtitle);
    describe();
    m_shapes = shapesOf(
        m_kind, columns, m_shown, [this](double value) { return shareOf(value); }, colours().overload);
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

bool LineChart::isTall() const {
    return plotRect().height() >= px(kTallFrom);
}

int LineChart::plotColumns() const {
    return std::clamp(static_cast<int>(plotRect().width() * devicePixelRatioF()), 1, kMostColumns);
}

QRectF LineChart::plotRect() const {
    QRectF plot = QRectF(rect()).adjusted(px(kTicks), bodyRect().top(), -px(kEnds), -px(kBelow));
    plot.setSize(plot.size().expandedTo(QSizeF(10, 10)));
    return plot;
}

void LineChart::scaleChanged() {
    m_plot->setShapes(m_shapes, lineWidth());
    refresh();
}

void LineChart::paintBody(QPainter& painter, const QRectF&) {
    const QRectF plot = plotRect();
    paintHeadline(painter);
    if (m_kind == ChartKind::stackedAreas)
        for (const auto& [from, to] : incompleteStretches(m_data.axis.columns, m_shown))
            painter.fillRect(QRectF(plot.left() + from * plot.width(), plot.top(), (to - from) * plot.width(),
                                    plot.height()),
                             QBrush(colours().faint, Qt::BDiagPattern));
    paintGrid(painter, plot);
    if (m_empty) {
        painter.setPen(colours().faint);
        painter.setFont(textFont(px(16)));
        painter.drawText(plot, Qt::AlignCenter,
                         m_data.absence.isEmpty() ? QStringLiteral("no data yet") : m_data.absence);
        return;
    }
    paintLimit(painter, plot); // beneath the curves: it hides none
    if (keepsVectors(painter))
        paintShapes(painter, plot, m_shapes, lineWidth());
    else
        m_plot->paint(painter, plot);
    paintMarks(painter, plot);
    paintGhostNames(painter);
    paintEnds(painter, plot);
}

double LineChart::headlineWidth() const {
    const QFontMetricsF metrics(textFont(px(kTitleType), QFont::DemiBold));
    return m_headline.isEmpty() ? 0 : px(16) + metrics.horizontalAdvance(m_headline);
}

void LineChart::paintHeadline(QPainter& painter) const {
    const double taken = QFontMetricsF(textFont(px(kTitleType), QFont::DemiBold)).horizontalAdvance(title());
    QRectF line(px(16) + taken + px(16), px(8), width() - taken - px(32), px(26));
    painter.setFont(textFont(px(kTitleType), QFont::DemiBold));
    painter.setPen(m_headlineIsOld ? colours().faint : colours().series);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_headline);
    line.setLeft(line.left() + QFontMetricsF(painter.font()).horizontalAdvance(m_headline) + px(12));
    painter.setFont(textFont(px(kLeastType)));
    const QFontMetricsF metrics(painter.font());
    line.setRight(width() - px(28) - metrics.horizontalAdvance(subtitle()));
    if (metrics.horizontalAdvance(m_headlineWords) > line.width()) return;
    painter.setPen(colours().muted);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_headlineWords);
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
    painter.setFont(textFont(px(kLeastType)));
    double labelled = 1e9; // y of the label below
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double y = plot.bottom() - shareOf(values[i]) * plot.height();
        painter.setPen(QPen(i == 0 ? p.faint : p.grid, 1));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        if (m_empty || labelled - y < px(19)) continue;
        labelled = y;
        painter.setPen(p.muted);
        const double middle = std::max(y, plot.top() + px(6)); // above is the title
        painter.drawText(QRectF(0, middle - px(10), plot.left() - px(7), px(20)),
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
    const double y = plot.bottom() - shareOf(m_limit) * plot.height();
    painter.setPen(QPen(p.overload, lineWidth(), Qt::DashLine));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
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
    paintRelease(painter, plot, isTall());
}

void LineChart::paintCrosshair(QPainter& painter, double x, int column) {
    const QRectF plot = plotRect();
    struct Row {
        QString text;
        QColor colour;
    };
    std::vector<Row> rows;
    painter.setFont(textFont(px(kLeastType), QFont::Medium));
    const QFontMetricsF metrics(painter.font());
    double wide = 0, sum = 0;
    int stacked = 0;
    const auto add = [&](const QString& name, double value, const QColor& colour) {
        rows.push_back({name + u' ' + formatNumber(value, m_unit), colour});
        wide = std::max(wide, metrics.horizontalAdvance(rows.back().text));
    };
    for (const ChartLine& line : m_shown) {
        const auto at = static_cast<std::size_t>(column);
        const double value = at < line.values.size() ? static_cast<double>(line.values[at]) : std::nan("");
        add(line.name, value, line.colour);
        if (line.ghost || !std::isfinite(value)) continue;
        sum += value;
        ++stacked;
    }
    if (m_kind == ChartKind::stackedAreas && stacked > 1)
        add(hiddenNames().isEmpty() ? QStringLiteral("together") : QStringLiteral("these together"), sum,
            colours().text);
    // What does not fit is the least interesting: of a tall stack the sum is left.
    const auto fit = static_cast<std::size_t>(std::max(1.0, (plot.height() - px(4)) / px(19)));
    if (rows.size() > fit) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(fit));
    QRectF box(x + px(8), plot.top() + px(2), wide + px(28),
               px(19) * static_cast<double>(rows.size()) + px(6));
    if (box.right() > plot.right()) box.moveRight(x - px(8));
    painter.fillRect(box, colours().shade);
    double y = box.top() + px(3);
    for (const Row& row : rows) {
        painter.fillRect(QRectF(box.left() + px(6), y + px(4), px(9), px(9)), row.colour);
        painter.setPen(colours().text);
        painter.drawText(QRectF(box.left() + px(20), y, wide + px(8), px(19)),
                         Qt::AlignLeft | Qt::AlignVCenter, row.text);
        y += px(19);
    }
}

} // namespace surgescope::widgets
