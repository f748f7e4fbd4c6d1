// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"
#include "feeds/frame/view_request.h"

#include "widgets/base/focus.h"
#include "widgets/base/paint_clock.h"
#include "widgets/base/picture_delay.h"
#include "widgets/base/time_words.h"
#include "widgets/export/view.h"
#include "widgets/wall/viewing.h"
#include "widgets/wall/wall_mode.h"
#include "widgets/wall/wall_views.h"
#include "widgets/workspace/workspace.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QUndoStack>
#include <QWidget>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::widgets {

class AlarmStrip;
class Arrangement;
class EdgeFrame;
class HeaderBar;
class HelpOverlay;
class Notices;
class ProgressLine;
class TileRow;
class TimelineWidget;
class ViewArea;
class ViewWindow;
class WallDesk;
struct Called;

/// The whole wall: header, what burns, tiles and timeline, and between them views that people arrange, here
/// and in windows of their own. All look at one Focus and one frame. GUI thread. Call loadFonts() before
/// making one.
class WallWindow : public QWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the window.
    explicit WallWindow(const feeds::PopCatalogue& catalogue, QWidget* parent = nullptr);
    ~WallWindow() override;

    /// The newest frame; a null pointer is ignored. Cheap: painting comes later. When frames come faster than
    /// they can be painted, only the latest is.
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    /// What the bar at the bottom shows and the badge at the top says.
    void setTimeline(feeds::Timeline timeline);

    /// What burns: a strip shows it from then on. Null is ignored.
    void setStatus(std::shared_ptr<const feeds::LiveStatus> status);
    const AlarmStrip& alarms() const { return *m_alarms; }
    /// How others reach this machine; its own name unless said.
    void setHost(const QString& host) { m_host = host; }
    /// This machine's, for tests: shown as long as the data has no time.
    void setClock(std::function<feeds::FeedSecond()> clock) { m_clock = std::move(clock); }
    /// Alarms, events and notes, and what people do about them.
    WallDesk& desk() { return *m_desk; }

    const feeds::PopCatalogue& catalogue() const { return m_views.catalogue(); }

    /// What it can show at its present size, with its present selection.
    feeds::ViewRequest viewRequest() const;
    /// What all views look at. Keys 1 to 6 choose among kRanges.
    Focus& focus() { return m_focus; }
    static constexpr std::array<std::chrono::seconds, 6> kRanges{
        std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1),
        std::chrono::hours(3),   std::chrono::hours(12),   std::chrono::hours(48)};

    /// Of 48 hours at most: keys 7 and 0.
    static constexpr std::array<Reach, 2> kReaches{Reach::sinceRelease, Reach::data};

    /// T-0 set by hand; nothing: as the feed says.
    void setRelease(std::optional<feeds::FeedSecond> at);

    // Views and workspaces.

    /// How everything is arranged now, windows with their places. While pages take turns: as it was before.
    Workspace workspace() const;
    const std::string& workspaceName() const { return m_workspaceName; }
    /// The main window's place is left alone; placeAsSaved() is for that.
    void setWorkspace(const Workspace& workspace);
    /// The same by hand: it is announced, and can be taken back.
    void chooseWorkspace(const Workspace& workspace);
    void placeAsSaved(const Workspace& workspace);
    /// The user's own; they come after those built in, and instead of those of the same name.
    void setUserWorkspaces(std::vector<Workspace> workspaces);
    /// All there are, in the menu's order.
    std::vector<const Workspace*> workspaces() const;
    /// A small line to type a name into; then workspaceSaved() is emitted.
    void askForName(QPoint global);

    /// By hand: it is announced, and can be taken back.
    void closeView(const std::string& view);
    bool isMaximised(const std::string& view) const;
    bool isInOwnWindow(const std::string& view) const;
    ViewArea& area() { return *m_area; }
    /// Closes, shows and moves views.
    Arrangement& arrangement() { return *m_arrangement; }

    // Exports.

    /// Asks for a picture or a table of a view.
    void exportView(ExportView view, ExportFormats formats);
    /// The view under the pointer; when it is over none, the one last exported.
    ExportView viewAtHand();
    /// What shows a view, to be painted into a picture: it has the newest frame, closed or not, times that
    /// last, and `size` if that is given. Of the wall it is this window.
    QWidget& exported(ExportView view, std::optional<QSize> size = {});
    /// The picture is painted: views are as before.
    void endExport();
    /// A view's own title, or what it is called.
    QString exportTitle(ExportView view);
    /// What is shown; null before the first frame.
    const std::shared_ptr<const feeds::Frame>& frame() const { return m_views.frame(); }
    /// How times are said; only with a frame.
    TimeWords timeWords() const { return m_views.timeWords(); }

    // The wall.

    struct Wall {
        std::optional<int> screen; // position among QGuiApplication::screens(); nothing: where it is
        std::chrono::seconds rotate{0};
        bool hidePointerAtOnce = false;
        bool fullScreen = true; // a picture of a wall has a size of its own
    };
    /// How a wall is read; of wall mode alone. One that viewingProblem() refuses is a wall nobody reads.
    void setViewing(const Viewing& viewing);
    void enterWallMode(const Wall& wall);
    void leaveWallMode();
    void toggleWallMode();
    bool isWallMode() const { return m_wall.isOn(); }
    const WallMode& wallMode() const { return m_wall; }
    void toggleFullScreen();
    void toggleHelp();
    Notices& notices() { return *m_notices; }
    const EdgeFrame& edgeFrame() const { return *m_edge; }

    /// How long complete repaints of this window took since the last call. Only as a top-level window it
    /// knows.
    PaintTimes takePaintTimes() { return m_paintClock.take(); }
    /// How long the newest pictures took from the arrival of the report that settled their second. Only of a
    /// live feed: others stamp a time of their own.
    PictureDelays pictureDelays() const { return m_pictureDelay.delays(); }

    /// Everything that was postponed is done and the base map is crisp: fit for a screenshot.
    bool isSettled() const { return m_views.isSettled(); }
    double scale() const { return m_scale; }
    MapWidget& map() { return m_views.map(); }
    HeatWidget& heat() { return m_views.heat(); }
    LagWidget& lag() { return m_views.lag(); }
    /// One that chartNamed() knows.
    LineChart& chart(std::string_view name) { return m_views.chart(*chartNamed(name)); }
    PopTableWidget& table() { return m_views.table(); }
    /// It says what the user wants. Its keys work wherever the focus is.
    TimelineWidget& timeline() { return *m_timeline; }

  signals:
    /// Whenever viewRequest() becomes another one; at most once per turn of the event loop.
    void viewRequestChanged(const feeds::ViewRequest& request);
    /// Views or windows were arranged otherwise, by hand or by choosing a workspace; not by pages.
    void arranged();
    /// The user wants this kept under its name.
    void workspaceSaved(const surgescope::widgets::Workspace& workspace);
    void wallModeChanged(bool on);
    /// By hand, or by taking that back.
    void recordRequested(bool on);
    /// Keys and menus ask for it; nothing is written here.
    void exportRequested(surgescope::widgets::ExportView view, surgescope::widgets::ExportFormats formats);

  protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void moveEvent(QMoveEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void connectViews();
    void layOut();
    void postRequest();
    void selectionChanged();
    void nameSelection();
    bool handleKey(QKeyEvent& event);
    bool run(const Called& called, QKeyEvent& event);
    void handleEscape();
    void toggleHealth();
    void showAlarms();
    void chooseRelease(std::optional<feeds::FeedSecond> at);
    void popUpMenu(const std::string& view, QPoint global);
    void chooseRecording(bool on);
    void noteArranged();
    Workspace arrangedNow() const;
    void turnPage(int page);
    void findUrgent();
    void showUrgent();
    void checkAge();
    void noteReport(const feeds::Frame& frame);
    void notePictured();
    void adoptWindow(ViewWindow& window);
    void setToolTipColours();

    Focus m_focus;
    std::optional<feeds::FeedSecond> m_release;
    feeds::Timeline::Mode m_mode = feeds::Timeline::Mode::live;
    std::optional<feeds::ViewRequest> m_posted;
    double m_scale = 1;
    ExportView m_lastExported = ExportView::wall;

    WallViews m_views;
    HeaderBar* m_header; // all widgets are children
    QString m_host;
    AlarmStrip* m_alarms;
    TileRow* m_tiles;
    ViewArea* m_area;
    TimelineWidget* m_timeline;
    ProgressLine* m_progress;
    HelpOverlay* m_help;
    WallDesk* m_desk;
    EdgeFrame* m_edge;
    Notices* m_notices;
    std::unique_ptr<Arrangement> m_arrangement;

    std::function<feeds::FeedSecond()> m_clock;
    QUndoStack m_undo;
    std::shared_ptr<const feeds::LiveStatus> m_status;
    std::string m_workspaceName;
    Workspace m_arranged; // as far as it can be taken back
    QTimer m_arrangedTimer;
    std::vector<Workspace> m_userWorkspaces;
    std::vector<Workspace> m_pages;
    std::optional<Workspace> m_beforePages;
    std::vector<Workspace> m_urgentPages;
    std::optional<Pane> m_beforeUrgent; // what an urgent page stands in place of
    WallMode m_wall;
    Viewing m_viewing;
    bool m_fullScreenBefore = false;
    QRect m_placeBefore;

    std::optional<double> m_newestAge; // of the last frame
    QElapsedTimer m_sinceFrame;        // not running before the first
    QTimer m_ageTimer;
    QTimer m_requestTimer;
    PaintClock m_paintClock;
    PaintClock m_healthClock; // the same repaints, for the health page
    PictureDelay m_pictureDelay;
    QString m_notCounted;                          // why there are none
    std::optional<feeds::SteadyTime> m_reportAt;   // of the frame that is to be painted
    std::optional<feeds::SteadyTime> m_reportThen; // of the last that was
    QElapsedTimer m_sinceHealth;
};

} // namespace surgescope::widgets
