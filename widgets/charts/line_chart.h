// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/format.h"
#include "widgets/base/time_panel.h"
#include "widgets/charts/axis_scale.h"
#include "widgets/charts/chart_shapes.h"
#include "widgets/charts/line_ends.h"

#include <QColor>
#include <QSet>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace surgescope::widgets {

class ChartPlot; // hides Qt Charts from everybody else

/// A chart over time: stacked areas (regions that add up) or plain lines (quantiles, which never add up), and
/// beneath them dashed what an earlier launch was like. Each is named where it ends. Gaps are drawn as gaps.
/// GUI thread.
class LineChart : public TimePanel {
    Q_OBJECT
  public:
    static constexpr int kMostColumns = 600; // what is drawn in a few milliseconds

    struct Data {
        feeds::TimeAxis axis;
        std::vector<ChartLine> lines;
        std::vector<feeds::EventMark> events;
        TimeWords words;
        QString absence; // what stands there when there are no lines
    };

    /// `unitWords`: of the axis, in words, behind the title.
    LineChart(Focus& focus, ChartKind kind, Unit unit, const QString& title, const QString& unitWords,
              QWidget* parent = nullptr);
    ~LineChart() override;

    /// What it comes to now, behind the title, and beside it what is to be said of that.
    void setHeadline(const QString& number, const QString& words, bool isOld);
    /// A dashed level, in the unit of the data.
    void setLimit(double value, const QString& label);
    /// A fixed logarithmic axis, for values that differ by magnitudes; both ends above 0.
    void setLogarithmic(double lowest, double highest);
    void setData(Data data);
    const Data& data() const { return m_data; }
    Unit unit() const { return m_unit; }
    /// Forgets data and the axis' height, as after an epoch.
    void reset();

    /// Columns that can be told apart: the plot's width in pixels.
    int plotColumns() const;
    const AxisScale& axisScale() const { return m_scale; }
    /// A click on a series' name hides it or shows it again, with Shift it alone is shown. What is hidden is
    /// in no stack and no axis, and is named.
    void toggle(const QString& name);
    void toggleAlone(const QString& name);
    QStringList hiddenNames() const;
    /// Where a series' name stands; empty: there was no room for it.
    QRectF nameBox(const QString& name) const;
    bool handleKey(const QKeyEvent& event) override;

    /// An earlier launch of another size has left the picture.
    bool isGhostAbove() const { return m_ghostAbove > 0; }
    QRectF plotRect() const override;

  signals:
    /// What was done, to be announced.
    void said(const QString& text);

  protected:
    void clicked(QPointF at) override;
    void hovered(QPointF at, QPoint global) override;
    void paintFocus(QPainter& painter) const override;
    void paintBody(QPainter& painter, const QRectF& body) override;
    void paintCrosshair(QPainter& painter, double x, int column) override;
    void scaleChanged() override;

  private:
    static constexpr double kEnds = 124; // pixels at scale 1, right of the plot: names of lines
    struct LogAxis {
        double lowest;
        double highest;
    };
    double shareOf(double value) const;
    bool isTall() const;
    std::vector<LineEnd> lineEnds(const QRectF& plot) const;
    void paintHeadline(QPainter& painter) const;
    double headlineWidth() const override;
    void paintEnds(QPainter& painter, const QRectF& plot) const;
    QRectF endBox(const LineEnd& end) const;
    QRectF ghostBox(const ChartLine& line) const;
    void paintGhostNames(QPainter& painter) const;
    void showLines();
    void describe();
    bool isSeriesHidden(const QString& name) const;
    void setHidden(const QSet<QString>& names);
    QString nameAt(QPointF at) const;
    void paintGrid(QPainter& painter, const QRectF& plot) const;
    void paintLimit(QPainter& painter, const QRectF& plot) const;
    void paintMarks(QPainter& painter, const QRectF& plot) const;

    ChartKind m_kind;
    Unit m_unit;
    QString m_unitWords;
    QString m_headline;
    QString m_headlineWords;
    bool m_headlineIsOld = false;
    double m_limit = 0;
    QString m_limitLabel;
    std::optional<LogAxis> m_log;
    AxisScale m_scale;
    Data m_data;
    std::vector<ChartLine> m_shown; // of them
    QSet<QString> m_hidden;         // names, also of series that are not there now
    QString m_chosen;               // by keys
    bool m_empty = true;
    double m_ghostAbove = 0; // how high the ghost reaches when it is left out of the axis; otherwise 0
    std::vector<ChartShape> m_shapes;
    std::unique_ptr<ChartPlot> m_plot;
};

} // namespace surgescope::widgets
