// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/timeline/timeline_layout.h"
#include "widgets/timeline/timeline_renderer.h"

#include <QTimer>
#include <QWidget>

#include <optional>

class QKeyEvent;
class QWheelEvent;

namespace surgescope::widgets {

/// The bar that goes back, forth and records. It only asks: what it shows is the last Timeline it was given.
/// GUI thread.
///
/// On the track: click or drag goes there, Shift+drag loops a range (Shift+click ends the loop), a loop's
/// ends can be dragged. Of a live feed only what is buffered can be gone to; dropping the handle at the very
/// right is the way back to live.
///
/// The wheel zooms in time at the pointer (Ctrl: finer, Shift or sideways: pans). While only a part is seen
/// the middle button drags the track along, the axis beneath scrolls through the whole and a double click on
/// it shows that again; a handle dragged past an edge takes the part with it, and so does one that plays. A
/// handle that the hand left behind is left alone until it is asked to go somewhere.
class TimelineWidget : public QWidget {
    Q_OBJECT
  public:
    explicit TimelineWidget(QWidget* parent = nullptr);

    void setTimeline(const feeds::Timeline& timeline);
    /// Whether the newest second is of now: otherwise it is not called so.
    void setOfNow(bool ofNow);
    void setScale(double scale);
    /// Without what drives and records, as on a wall: keys still do.
    void setTrackOnly(bool trackOnly);

    /// Space, arrows (Shift: 10 s), [ ], Home, End, L, N, P, Z (Shift: the whole), K, R. True if the key is
    /// one of the timeline's, whether or not there was something to do. For whoever has the focus.
    bool handleKey(const QKeyEvent& event);

    const feeds::Timeline& timeline() const { return m_timeline; }
    TimelineLayout layout() const { return {size(), m_scale, m_trackOnly}; }
    /// Of the part that is seen.
    TimelineScale timeScale() const { return scaleOf(m_timeline, layout(), m_look.window); }

    static constexpr int kMostSeeksPerSecond = 10; // while dragging, and of steps while a key is held

  signals:
    void playRequested();
    void pauseRequested();
    void stepRequested(int seconds);
    void speedRequested(double speed); // infinity: as fast as possible
    void seekRequested(surgescope::feeds::Timeline::Time to);
    void loopRequested(std::optional<surgescope::feeds::Timeline::Range> range);
    void eventRequested(bool forward);
    void liveRequested();
    void keepRequested(); // what the flight recorder holds
    void recordRequested(bool on);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    enum class Drag { none, handle, newLoop, loopBegin, loopEnd, pan, scroll };

    bool isLive() const;
    bool isPlaying() const;
    std::optional<TimelineRange> loopShown() const;
    void togglePlaying();
    void toggleLoop();
    void toggleRecording();
    void keep();
    void goLive();
    void changeSpeed(bool faster);
    void step(int seconds, bool held);
    void goToEnd(bool last);
    void goToEvent(bool forward);
    void zoomByKey(bool whole);
    bool clickControl(QPointF at);

    TimelineRange whole() const { return {m_timeline.begin, m_timeline.end}; }
    void showPart(const TimelineWindow& window);
    bool onScrollBar(QPointF at) const;
    void beginScroll(double x);
    void moveAlong(double x);
    void scrollAtEdge();
    void updateHover(QPointF at);

    TimelineTime seekableAt(double x) const;
    Drag dragAt(QPointF at, Qt::KeyboardModifiers modifiers) const;
    void dragTo(double x);
    void seekSoon(TimelineTime to);
    void dropHandle(double x);
    void dropLoop();
    void showTip(QPointF at, QPoint globalAt);

    feeds::Timeline m_timeline;
    TimelineLook m_look;
    std::optional<TimelineRange> m_lastLoop; // what L switches on again
    double m_scale = 1;
    bool m_trackOnly = false;

    Drag m_drag = Drag::none;
    TimelineTime m_dragFrom{};              // the fixed end of a range being drawn
    std::chrono::milliseconds m_scrollBy{}; // how far into the part it was taken hold of
    double m_dragX = 0;                     // where the pointer is
    bool m_bringIntoView = false;           // the handle, once it has gone where a key asked it to
    bool m_playAfterDrag = false;
    std::optional<TimelineTime> m_sought;  // the last one asked for in this drag
    std::optional<TimelineTime> m_seekDue; // waits for m_pace
    QTimer m_pace;                         // runs from one seek or held step until the next is allowed
    QTimer m_edgeTimer;                    // runs while the pointer drags past an edge
    QTimer m_litTimer;
};

} // namespace surgescope::widgets
