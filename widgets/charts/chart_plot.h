// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/charts/line_chart.h"

#include <QAreaSeries>
#include <QChart>
#include <QChartView>
#include <QLineSeries>
#include <QValueAxis>

#include <optional>
#include <vector>

namespace surgescope::widgets {

/// The plot of a LineChart. The only place that knows Qt Charts, which draws the series; grid, labels and
/// marks are painted around them because Qt Charts lays its own axes out anew with every range.
class ChartPlot : public QChartView {
  public:
    ChartPlot(LineChart::Kind kind, Unit unit, QWidget* parent);

    void setSizes(double scale);
    void setLimit(double value, const QString& label);
    void setData(const feeds::TimeAxis& axis, const std::vector<ChartLine>& lines, AxisScale& scale,
                 std::optional<feeds::FeedSecond> release, const std::vector<feeds::EventMark>& events);
    QRectF plotArea() const { return m_area; }

  protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct Mark {
        double seconds; // before now, negative
        QString text;
        bool release;
    };
    QLineSeries* lineFor(std::size_t used, const QColor& colour);
    QAreaSeries* areaFor(std::size_t used, const QColor& colour);
    double secondsOf(int column) const;
    QPointF toPlot(double seconds, double value) const;
    void findIncomplete(const std::vector<ChartLine>& lines);
    void drawStack(const std::vector<ChartLine>& lines);
    void drawLines(const std::vector<ChartLine>& lines);

    LineChart::Kind m_kind;
    Unit m_unit;
    QValueAxis* m_x; // owned by the chart, like all series
    QValueAxis* m_y;
    std::vector<QLineSeries*> m_lines;
    std::vector<QAreaSeries*> m_areas;
    QRectF m_area;
    double m_scale = 1;
    double m_top = 0;
    int m_divisions = 1;
    std::vector<std::pair<double, double>>
        m_incomplete; // seconds from and to where a part of the stack is missing
    feeds::TimeAxis m_axis;
    std::vector<Mark> m_marks;
    double m_limit = 0;
    QString m_limitLabel;
    bool m_empty = true;
};

} // namespace surgescope::widgets
