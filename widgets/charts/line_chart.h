// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/format.h"
#include "widgets/base/panel_widget.h"
#include "widgets/charts/axis_scale.h"

#include <QColor>
#include <QString>

#include <optional>
#include <vector>

namespace surgescope::widgets {

/// One series: a value per column of the time axis, NaN = gap.
struct ChartLine {
    QString name;
    QColor colour;
    std::vector<float> values;
};

class ChartPlot; // hides Qt Charts from everybody else

/// A chart over the last minutes: stacked areas (regions that add up) or plain lines (quantiles, which never
/// add up). The time axis stands still, from minus the range to now, and the data moves. Gaps are drawn as
/// gaps: in a stack the other areas then rest on those that are known. GUI thread.
class LineChart : public PanelWidget {
    Q_OBJECT
  public:
    enum class Kind { stackedAreas, lines };
    static constexpr int kMostColumns = 600; // what is drawn in a few milliseconds

    LineChart(Kind kind, Unit unit, const QString& title, QWidget* parent = nullptr);

    enum class Legend { ownLine, besideTitle, none };
    void setLegend(Legend legend);
    /// A dashed level, in the unit of the data.
    void setLimit(double value, const QString& label);
    void setData(const feeds::TimeAxis& axis, const std::vector<ChartLine>& lines,
                 std::optional<feeds::FeedSecond> release, const std::vector<feeds::EventMark>& events);
    /// Forgets data and the axis' height, as after an epoch.
    void reset();

    /// Columns that can be told apart: the plot's width in pixels.
    int plotColumns() const;
    const AxisScale& axisScale() const { return m_scale; }
    /// The plot area in this widget's pixels.
    QRectF plotRect() const;

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    void resizeEvent(QResizeEvent* event) override;
    void scaleChanged() override;

  private:
    void layOut();

    Legend m_legendPlace = Legend::ownLine;
    AxisScale m_scale;
    std::vector<std::pair<QString, QColor>> m_legend;
    ChartPlot* m_plot; // child
};

/// What LineChart shows for a frame: regions by name and fixed colour, and quantiles of the metadata latency.
std::vector<ChartLine> requestLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue);
std::vector<ChartLine> egressLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue);
std::vector<ChartLine> metadataLines(const feeds::Frame& frame);

} // namespace surgescope::widgets
