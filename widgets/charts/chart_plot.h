// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/charts/chart_shapes.h"

#include <QAreaSeries>
#include <QChart>
#include <QGraphicsScene>
#include <QLineSeries>
#include <QValueAxis>

#include <vector>

namespace surgescope::widgets {

/// Draws shapes with Qt Charts, and is the only place that knows it. Axes, labels and marks are painted
/// around them by LineChart, because Qt Charts lays its own axes out anew with every range. GUI thread.
class ChartPlot {
  public:
    ChartPlot();

    void setShapes(const std::vector<ChartShape>& shapes, double lineWidth);
    /// Into a rectangle of the painter.
    void paint(QPainter& painter, const QRectF& area);

  private:
    template <class Series> void attach(Series* series);

    QGraphicsScene m_scene;
    QChart* m_chart; // owned by the scene; all series by the chart
    QValueAxis* m_x;
    QValueAxis* m_y;
    std::vector<QLineSeries*> m_lines;
    std::vector<QAreaSeries*> m_areas;
    std::vector<ChartShape> m_dashed; // by hand: Qt Charts draws a dashed line as a path, and fills that
    double m_lineWidth = 1;
};

/// The same shapes as polygons and polylines of their own, for a device that keeps them: Qt Charts draws a
/// line of a thousand points as a thousand lines.
void paintShapes(QPainter& painter, const QRectF& area, const std::vector<ChartShape>& shapes,
                 double lineWidth);

} // namespace surgescope::widgets
