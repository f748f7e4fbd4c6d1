// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"
#include "feeds/frame/view_request.h"

#include "widgets/base/focus.h"
#include "widgets/base/time_words.h"
#include "widgets/charts/chart_views.h"
#include "widgets/workspace/view_set.h"

#include <QTimer>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

class HealthPage;
class HeatWidget;
class LagWidget;
class LineChart;
class MapWidget;
class PopTableWidget;

/// All the wall's views. It hands them the frame, one a turn of the event loop, so that no single repaint is
/// long; those that are placed nowhere are left out and get it when they appear. GUI thread.
class WallViews : public QObject {
    Q_OBJECT
  public:
    /// `home` owns the panels that are placed nowhere. Everything given must outlive this.
    WallViews(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* home);

    const feeds::PopCatalogue& catalogue() const { return m_catalogue; }
    ViewSet& set() { return m_set; }
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setMode(feeds::Timeline::Mode mode) { m_mode = mode; }
    /// The same frame once more, said otherwise.
    void repeat();
    /// Everything that was postponed is done, and the base map is crisp if it is to be seen.
    bool isSettled() const;
    /// How many columns and rows the views to be seen can show.
    void describe(feeds::ViewRequest& request) const;
    /// A view's panel to be painted into a picture, with the newest frame and times that last; repeat() says
    /// them as before. One that is placed nowhere gets a
    /// size that does it good, or `size`, which any gets; type as in a window of that scale.
    PanelWidget& exported(std::string_view view, double windowScale, std::optional<QSize> size);
    const std::shared_ptr<const feeds::Frame>& frame() const { return m_frame; }
    /// How times are said; only with a frame.
    TimeWords timeWords() const;
    void showSelection(const feeds::Selection& selection);

    MapWidget& map() const { return *m_map; }
    HeatWidget& heat() const { return *m_heat; }
    LagWidget& lag() const { return *m_lag; }
    HealthPage& health() const { return *m_health; }
    PopTableWidget& table() const { return *m_table; }
    /// By position in kChartViews.
    LineChart& chart(std::size_t which) const { return *m_charts.at(which); }

  signals:
    /// A view has appeared, gone or changed its size.
    void appearanceChanged();
    /// What somebody did in a view, to be announced.
    void said(const QString& text);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    using Give = std::function<void(const feeds::Frame&, const TimeWords&)>;
    void addChart(std::size_t which);
    void add(std::string_view name, QSize least, PanelWidget* panel, Give give);
    void markDue(std::size_t view);
    void nextStep();

    const feeds::PopCatalogue& m_catalogue;
    Focus& m_focus;
    std::shared_ptr<const feeds::Frame> m_frame;
    feeds::Timeline::Mode m_mode = feeds::Timeline::Mode::live;

    ViewSet m_set;
    std::vector<Give> m_give; // by position in the set
    std::vector<bool> m_due;  // the same
    std::size_t m_last = 0;
    QTimer m_stepTimer;

    MapWidget* m_map;
    std::array<LineChart*, kChartViews.size()> m_charts{};
    HeatWidget* m_heat;
    LagWidget* m_lag;
    PopTableWidget* m_table;
    HealthPage* m_health;
};

} // namespace surgescope::widgets
