// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_plot.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/series_runs.h"

#include <QFontMetricsF>
#include <QGraphicsLayout>
#include <QPainter>
#include <QResizeEvent>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

QString timeLabel(int seconds) {
    if (seconds == 0) return QStringLiteral("now");
    if (seconds % 3600 == 0) return QStringLiteral("−%1 h").arg(seconds / 3600);
    if (seconds % 60 == 0) return QStringLiteral("−%1 m").arg(seconds / 60);
    return QStringLiteral("−%1 s").arg(seconds);
}

int timeStep(double range) {
    for (const int step : {10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600})
        if (range / step <= 4) return step;
    return 86400;
}

} // namespace

ChartPlot::ChartPlot(LineChart::Kind kind, Unit unit, QWidget* parent)
    : QChartView(new QChart, parent), m_kind(kind), m_unit(unit), m_x(new QValueAxis), m_y(new QValueAxis) {
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    QChart* c = chart();
    c->setAnimationOptions(QChart::NoAnimation); // animating once a second costs a whole core
    c->legend()->hide();
    c->setBackgroundVisible(false);
    c->setMargins({});
    c->layout()->setContentsMargins(0, 0, 0, 0);
    c->addAxis(m_x, Qt::AlignBottom);
    c->addAxis(m_y, Qt::AlignLeft);
    m_x->setVisible(false);
    m_y->setVisible(false);
    m_x->setRange(-900, 0);
    m_y->setRange(0, 1);
}

void ChartPlot::setSizes(double scale) {
    m_scale = scale;
    m_area = QRectF(58 * scale, 16 * scale, std::max(10.0, width() - 62 * scale),
                    std::max(10.0, height() - 38 * scale));
    chart()->setPlotArea(m_area);
    viewport()->update();
}

void ChartPlot::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    setSizes(m_scale);
}

void ChartPlot::setLimit(double value, const QString& label) {
    m_limit = value;
    m_limitLabel = label;
}

QLineSeries* ChartPlot::lineFor(std::size_t used, const QColor& colour) {
    if (used == m_lines.size()) {
        m_lines.push_back(new QLineSeries);
        chart()->addSeries(m_lines.back());
        m_lines.back()->attachAxis(m_x);
        m_lines.back()->attachAxis(m_y);
    }
    // Wider than 1 takes the rasteriser's slow path: only where such a line could hardly be seen, and for few
    // lines.
    const QPen pen(colour, m_scale >= 1.5 ? m_scale * 0.8 : 1);
    if (m_lines[used]->pen() != pen) m_lines[used]->setPen(pen);
    return m_lines[used];
}

QAreaSeries* ChartPlot::areaFor(std::size_t used, const QColor& colour) {
    if (used == m_areas.size()) {
        auto* area = new QAreaSeries(new QLineSeries, new QLineSeries);
        area->upperSeries()->setParent(area);
        area->lowerSeries()->setParent(area);
        m_areas.push_back(area);
        chart()->addSeries(area);
        area->attachAxis(m_x);
        area->attachAxis(m_y);
        area->setPen(Qt::NoPen);
    }
    QColor fill = colour.darker(118);
    if (m_areas[used]->brush().color() != fill) m_areas[used]->setBrush(fill);
    return m_areas[used];
}

double ChartPlot::secondsOf(int column) const {
    return -static_cast<double>(m_axis.columns - 1 - column) * static_cast<double>(m_axis.step.count());
}

void ChartPlot::setData(const feeds::TimeAxis& axis, const std::vector<ChartLine>& lines, AxisScale& scale,
                        std::optional<feeds::FeedSecond> release,
                        const std::vector<feeds::EventMark>& events) {
    m_axis = axis;
    double largest = 0;
    m_empty = true;
    for (int column = 0; column < axis.columns; ++column) {
        double sum = 0, highest = 0;
        for (const ChartLine& line : lines) {
            if (static_cast<std::size_t>(column) >= line.values.size()) continue;
            const double value = line.values[static_cast<std::size_t>(column)];
            if (!std::isfinite(value)) continue;
            m_empty = false;
            sum += value;
            highest = std::max(highest, value);
        }
        largest = std::max(largest, m_kind == LineChart::Kind::stackedAreas ? sum : highest);
    }
    scale.show(std::max(largest, m_empty ? 0.0 : m_limit * 1.02));
    m_top = scale.top();
    const double room = 24 * m_scale;
    m_divisions = m_area.height() < room * scale.divisions() ? 2 : scale.divisions();

    const double range =
        std::max(1.0, static_cast<double>(axis.columns) * static_cast<double>(axis.step.count()));
    if (m_x->min() != -range) m_x->setRange(-range, 0);
    if (m_top > 0 && m_y->max() != m_top) m_y->setRange(0, m_top);
    if (m_kind == LineChart::Kind::stackedAreas) {
        findIncomplete(lines);
        drawStack(lines);
    } else {
        drawLines(lines);
    }

    m_marks.clear();
    const auto mark = [&](feeds::FeedSecond at, QString text, bool isRelease) {
        const auto seconds = static_cast<double>((at - axis.end).count());
        if (seconds < 0 && seconds > -range) m_marks.push_back({seconds, std::move(text), isRelease});
    };
    for (const feeds::EventMark& event : events)
        if (event.kind != "release") mark(event.at, QString::fromStdString(event.kind), false);
    if (release) mark(*release, QStringLiteral("release"), true);
    viewport()->update();
}

/// Where some series have a value and others that also live elsewhere do not, the stack's height is no total.
void ChartPlot::findIncomplete(const std::vector<ChartLine>& lines) {
    m_incomplete.clear();
    const double half = static_cast<double>(m_axis.step.count()) / 2;
    for (int column = 0; column < m_axis.columns; ++column) {
        bool some = false, all = true;
        for (const ChartLine& line : lines) {
            const bool known = static_cast<std::size_t>(column) < line.values.size() &&
                               std::isfinite(line.values[static_cast<std::size_t>(column)]);
            some = some || known;
            all = all && known;
        }
        if (!some || all) continue;
        const double at = secondsOf(column);
        if (!m_incomplete.empty() && m_incomplete.back().second >= at - half)
            m_incomplete.back().second = at + half;
        else
            m_incomplete.emplace_back(at - half, at + half);
    }
}

void ChartPlot::drawStack(const std::vector<ChartLine>& lines) {
    std::size_t used = 0;
    std::vector<double> floor(static_cast<std::size_t>(std::max(0, m_axis.columns)), 0.0);
    QList<QPointF> lower, upper;
    for (const ChartLine& line : lines) {
        for (const SeriesRun& run : runsOf(line.values)) {
            lower.clear();
            upper.clear();
            for (int column = run.first; column <= run.last && column < m_axis.columns; ++column) {
                double& base = floor[static_cast<std::size_t>(column)];
                lower.append({secondsOf(column), base});
                base += static_cast<double>(line.values[static_cast<std::size_t>(column)]);
                upper.append({secondsOf(column), base});
            }
            if (lower.isEmpty()) continue;
            QAreaSeries* area = areaFor(used++, line.colour);
            area->lowerSeries()->replace(lower);
            area->upperSeries()->replace(upper);
        }
    }
    for (; used < m_areas.size(); ++used) {
        m_areas[used]->lowerSeries()->clear();
        m_areas[used]->upperSeries()->clear();
    }
}

void ChartPlot::drawLines(const std::vector<ChartLine>& lines) {
    std::size_t used = 0;
    QList<QPointF> points;
    for (const ChartLine& line : lines) {
        for (const SeriesRun& run : runsOf(line.values)) {
            points.clear();
            for (int column = run.first; column <= run.last && column < m_axis.columns; ++column)
                points.append(
                    {secondsOf(column), static_cast<double>(line.values[static_cast<std::size_t>(column)])});
            if (points.size() == 1) // a line of one point would not be seen
                points.prepend(points.front() - QPointF(static_cast<double>(m_axis.step.count()) / 2, 0));
            if (!points.isEmpty()) lineFor(used++, line.colour)->replace(points);
        }
    }
    for (; used < m_lines.size(); ++used)
        m_lines[used]->clear();
}

QPointF ChartPlot::toPlot(double seconds, double value) const {
    return {m_area.right() + seconds / -m_x->min() * m_area.width(),
            m_area.bottom() - (m_top > 0 ? value / m_top : 0) * m_area.height()};
}

void ChartPlot::drawBackground(QPainter* painter, const QRectF& rect) {
    const Palette& p = colours();
    painter->fillRect(rect, p.panel);
    painter->setFont(textFont(13 * m_scale));
    for (const auto& [from, to] : m_incomplete) {
        const QRectF band(toPlot(from, m_top), toPlot(std::min(to, 0.0), 0));
        painter->fillRect(band, QBrush(p.faint, Qt::BDiagPattern));
    }
    const double range = -m_x->min();
    const int step = timeStep(range);
    for (int back = 0; back <= static_cast<int>(range) && !m_empty; back += step) {
        const double x = toPlot(-back, 0).x();
        QRectF box(x - 40 * m_scale, m_area.bottom() + 4 * m_scale, 80 * m_scale, 18 * m_scale);
        int align = Qt::AlignHCenter;
        if (back == 0) {
            box.moveRight(m_area.right());
            align = Qt::AlignRight;
        } else if (x - 20 * m_scale < m_area.left()) {
            box.moveLeft(m_area.left());
            align = Qt::AlignLeft;
        }
        painter->setPen(p.muted);
        painter->drawText(box, align | Qt::AlignTop, timeLabel(back));
    }
    painter->setRenderHint(QPainter::Antialiasing, false);
    for (int i = 0; i <= m_divisions; ++i) {
        const double value = m_top * i / m_divisions;
        const double y = toPlot(0, value).y();
        painter->setPen(QPen(i == 0 ? p.faint : p.grid, 1));
        painter->drawLine(QPointF(m_area.left(), y), QPointF(m_area.right(), y));
        if (m_empty || m_top <= 0) break;
        const QString text = i == 0 ? QStringLiteral("0") : tickText(value, m_unit);
        painter->setPen(p.muted);
        painter->drawText(QRectF(0, y - 10 * m_scale, m_area.left() - 7 * m_scale, 20 * m_scale),
                          Qt::AlignRight | Qt::AlignVCenter, text);
    }
    painter->setRenderHint(QPainter::Antialiasing, true);
    if (!m_empty) return;
    painter->setPen(p.faint);
    painter->setFont(textFont(16 * m_scale));
    painter->drawText(m_area, Qt::AlignCenter, QStringLiteral("no data yet"));
}

void ChartPlot::drawForeground(QPainter* painter, const QRectF&) {
    if (m_empty) return;
    const Palette& p = colours();
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setFont(textFont(13 * m_scale, QFont::Medium));
    if (m_limit > 0) {
        const double y = toPlot(0, m_limit).y();
        painter->setPen(QPen(p.overload, 1, Qt::DashLine));
        painter->drawLine(QPointF(m_area.left(), y), QPointF(m_area.right(), y));
        QRectF box(m_area.left() + 6 * m_scale, y - 19 * m_scale, 0, 18 * m_scale);
        box.setWidth(QFontMetricsF(painter->font()).horizontalAdvance(m_limitLabel) + 6 * m_scale);
        painter->fillRect(box, QColor(p.panel.red(), p.panel.green(), p.panel.blue(), 200));
        painter->setPen(p.overload);
        painter->drawText(box, Qt::AlignCenter, m_limitLabel);
    }
    for (const Mark& mark : m_marks) {
        const double x = toPlot(mark.seconds, 0).x();
        const QColor colour = mark.release ? p.accent : p.faint;
        const double top = mark.release ? m_area.top() - 14 * m_scale : m_area.bottom() - 8 * m_scale;
        painter->setPen(QPen(colour, 1, mark.release ? Qt::DotLine : Qt::SolidLine));
        painter->drawLine(QPointF(x, top), QPointF(x, m_area.bottom()));
        if (!mark.release) continue;
        painter->setPen(colour);
        QRectF box(x + 5 * m_scale, m_area.top() - 16 * m_scale, 90 * m_scale, 17 * m_scale);
        int align = Qt::AlignLeft;
        if (box.right() > m_area.right()) {
            box.moveRight(x - 5 * m_scale);
            align = Qt::AlignRight;
        }
        painter->drawText(box, align | Qt::AlignVCenter, mark.text);
    }
}

} // namespace surgescope::widgets
