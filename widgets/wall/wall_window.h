// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"
#include "feeds/frame/view_request.h"

#include "widgets/base/focus.h"
#include "widgets/base/paint_clock.h"
#include "widgets/base/time_words.h"
#include "widgets/export/view.h"

#include <QTimer>
#include <QWidget>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::widgets {

class HeaderBar;
class HealthStrip;
class HeatWidget;
class LagWidget;
class LineChart;
class MapWidget;
class PopDetailWidget;
class PopTableWidget;
class TileRow;
class TimelineWidget;

/// The whole wall: places its widgets and hands them the frame, one expensive widget per turn of the event
/// loop so that no single repaint is long. GUI thread. Call loadFonts() before making one.
class WallWindow : public QWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the window.
    explicit WallWindow(const feeds::PopCatalogue& catalogue = feeds::PopCatalogue::builtIn(),
                        QWidget* parent = nullptr);

    /// The newest frame; a null pointer is ignored. Cheap: painting comes later. When frames come faster than
    /// they can be painted, only the latest is.
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    /// What the bar at the bottom shows and the badge at the top says.
    void setTimeline(const feeds::Timeline& timeline);

    /// What it can show at its present size, with its present selection.
    feeds::ViewRequest viewRequest() const;
    /// What all views look at. Keys 1 to 6 choose among kRanges.
    Focus& focus() { return m_focus; }
    static constexpr std::array<std::chrono::seconds, 6> kRanges{
        std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1),
        std::chrono::hours(3),   std::chrono::hours(12),   std::chrono::hours(48)};

    /// T-0 set by hand; nothing: as the feed says.
    void setRelease(std::optional<feeds::FeedSecond> at);

    /// What shows a view just now; of the wall it is this window. The only table of names and widgets.
    QWidget& view(View view);
    /// A view's own title, or what it is called.
    QString viewTitle(View view);
    /// The view under the pointer; when it is over none, the one last exported.
    View viewAtHand();
    /// Asks for a picture or a table of a view.
    void exportView(View view, ExportFormats formats);
    /// What is shown; null before the first frame. All widgets show it once isSettled().
    const std::shared_ptr<const feeds::Frame>& frame() const { return m_frame; }
    /// How times are said; only with a frame.
    TimeWords timeWords() const;

    /// How long complete repaints of this window took since the last call. Only as a top-level window it
    /// knows.
    PaintTimes takePaintTimes() { return m_paintClock.take(); }

    /// Everything that was postponed is done and the base map is crisp: fit for a screenshot.
    bool isSettled() const;
    double scale() const { return m_scale; }
    MapWidget& map() { return *m_map; }
    HeatWidget& heat() { return *m_heat; }
    LagWidget& lag() { return *m_lag; }
    enum Chart : std::size_t { requestsChart, egressChart, metadataChart, latencyChart };
    LineChart& chart(std::size_t i) { return *m_charts[i]; }
    /// It says what the user wants. Its keys work wherever the focus is.
    TimelineWidget& timeline() { return *m_timeline; }

  signals:
    /// Whenever viewRequest() becomes another one; at most once per turn of the event loop.
    void viewRequestChanged(const feeds::ViewRequest& request);
    /// Keys and menus ask for it; nothing is written here.
    void exportRequested(surgescope::widgets::View view, surgescope::widgets::ExportFormats formats);

  protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    enum Step : unsigned {
        mapStep,
        requestsStep,
        heatStep,
        egressStep,
        metadataStep,
        lagStep,
        latencyStep,
        tableStep,
        kSteps
    };
    void layOut();
    void nextStep();
    void doStep(Step step);
    void postRequest();
    void selectionChanged();
    bool handleTimeKey(const QKeyEvent& event);
    bool handleExportKey(const QKeyEvent& event);

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    Focus m_focus;
    std::optional<feeds::FeedSecond> m_release;
    feeds::Timeline::Mode m_mode = feeds::Timeline::Mode::live;
    std::optional<feeds::ViewRequest> m_posted;
    double m_scale = 1;
    View m_lastExported = View::wall;

    HeaderBar* m_header; // all widgets are children
    TileRow* m_tiles;
    MapWidget* m_map;
    std::array<LineChart*, 4> m_charts{};
    HeatWidget* m_heat;
    LagWidget* m_lag;
    PopTableWidget* m_table;
    PopDetailWidget* m_detail;
    TimelineWidget* m_timeline;
    HealthStrip* m_health;

    unsigned m_due = 0; // steps still to do, as bits
    unsigned m_last = 0;
    QTimer m_stepTimer;
    QTimer m_requestTimer;
    PaintClock m_paintClock;
};

} // namespace surgescope::widgets
