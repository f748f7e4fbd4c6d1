// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_plot.h"

#include <QGraphicsLayout>
#include <QLegend>
#include <QPainter>

namespace surgescope::widgets {

namespace {

QPen penOf(const ChartShape& shape, double width) {
    QPen pen(shape.colour, width * shape.stroke);
    if (shape.dashed) pen.setDashPattern({4, 3});
    return pen;
}

QColor fillOf(const ChartShape& shape) {
    return shape.colour.darker(118);
}

} // namespace

ChartPlot::ChartPlot() : m_chart(new QChart), m_x(new QValueAxis), m_y(new QValueAxis) {
    m_scene.addItem(m_chart);
    m_chart->setAnimationOptions(QChart::NoAnimation); // animating once a second costs a whole core
    m_chart->legend()->hide();
    m_chart->setBackgroundVisible(false);
    m_chart->setMargins({});
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    m_chart->addAxis(m_x, Qt::AlignBottom);
    m_chart->addAxis(m_y, Qt::AlignLeft);
    for (QValueAxis* axis : {m_x, m_y}) {
        axis->setVisible(false);
        axis->setRange(0, 1);
    }
}

template <class Series> void ChartPlot::attach(Series* series) {
    m_chart->addSeries(series);
    series->attachAxis(m_x);
    series->attachAxis(m_y);
}

void ChartPlot::setShapes(const std::vector<ChartShape>& shapes, double lineWidth) {
    std::size_t lines = 0, areas = 0;
    m_dashed.clear();
    m_lineWidth = lineWidth;
    for (const ChartShape& shape : shapes) {
        if (shape.dashed) {
            m_dashed.push_back(shape);
            continue;
        }
        if (shape.lower.isEmpty()) {
            if (lines == m_lines.size()) attach(m_lines.emplace_back(new QLineSeries));
            QLineSeries* line = m_lines[lines++];
            if (const QPen pen = penOf(shape, lineWidth); line->pen() != pen) line->setPen(pen);
            line->replace(shape.upper);
            continue;
        }
        if (areas == m_areas.size()) {
            auto* area = new QAreaSeries(new QLineSeries, new QLineSeries);
            area->upperSeries()->setParent(area);
            area->lowerSeries()->setParent(area);
            area->setPen(Qt::NoPen);
            attach(m_areas.emplace_back(area));
        }
        QAreaSeries* area = m_areas[areas++];
        if (area->brush().color() != fillOf(shape)) area->setBrush(fillOf(shape));
        area->lowerSeries()->replace(shape.lower);
        area->upperSeries()->replace(shape.upper);
    }
    for (; lines < m_lines.size(); ++lines)
        m_lines[lines]->clear();
    for (; areas < m_areas.size(); ++areas) {
        m_areas[areas]->lowerSeries()->clear();
        m_areas[areas]->upperSeries()->clear();
    }
}

void ChartPlot::paint(QPainter& painter, const QRectF& area) {
    if (m_chart->size() != area.size()) {
        m_chart->resize(area.size());
        m_chart->setPlotArea(QRectF(QPointF(), area.size()));
        m_chart->layout()->activate();
        m_scene.setSceneRect(QRectF(QPointF(), area.size()));
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    m_scene.render(&painter, area, m_scene.sceneRect());
    painter.restore();
    paintShapes(painter, area, m_dashed, m_lineWidth);
}

void paintShapes(QPainter& painter, const QRectF& area, const std::vector<ChartShape>& shapes,
                 double lineWidth) {
    const QTransform toArea =
        QTransform::fromTranslate(area.left(), area.bottom()).scale(area.width(), -area.height());
    painter.save();
    painter.setClipRect(area);
    for (const ChartShape& shape : shapes) {
        if (shape.lower.isEmpty()) {
            painter.setPen(penOf(shape, lineWidth));
            painter.drawPolyline(toArea.map(shape.upper));
            continue;
        }
        QPolygonF outline = shape.upper;
        for (auto point = shape.lower.crbegin(); point != shape.lower.crend(); ++point)
            outline.append(*point);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fillOf(shape));
        painter.drawPolygon(toArea.map(outline));
    }
    painter.restore();
}

} // namespace surgescope::widgets
