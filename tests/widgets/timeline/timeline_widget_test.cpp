// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_widget.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_timeline.h"

#include <QApplication>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

#include <cmath>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using Loop = std::optional<TimelineRange>;

struct Wall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    TimelineWidget& bar = window.timeline();
    QSignalSpy played{&bar, &TimelineWidget::playRequested};
    QSignalSpy paused{&bar, &TimelineWidget::pauseRequested};
    QSignalSpy stepped{&bar, &TimelineWidget::stepRequested};
    QSignalSpy speeds{&bar, &TimelineWidget::speedRequested};
    QSignalSpy sought{&bar, &TimelineWidget::seekRequested};
    QSignalSpy loops{&bar, &TimelineWidget::loopRequested};
    QSignalSpy events{&bar, &TimelineWidget::eventRequested};
    QSignalSpy live{&bar, &TimelineWidget::liveRequested};
    QSignalSpy kept{&bar, &TimelineWidget::keepRequested};
    QSignalSpy recorded{&bar, &TimelineWidget::recordRequested};

    explicit Wall(std::string_view state) {
        window.resize(1920, 1080);
        window.show();
        window.setTimeline(tests::sampleTimeline(state));
    }

    const feeds::Timeline& shown() const { return bar.timeline(); }
    double xOf(TimelineTime at) const { return scaleOf(shown(), bar.layout()).xOf(at); }
    QPointF on(TimelineTime at) const { return {xOf(at), bar.layout().track.center().y() - 3}; }

    void mouse(QEvent::Type type, QPointF at, Qt::KeyboardModifiers modifiers = {}) {
        const bool moved = type == QEvent::MouseMove, released = type == QEvent::MouseButtonRelease;
        QMouseEvent event(type, at, bar.mapToGlobal(at), moved ? Qt::NoButton : Qt::LeftButton,
                          released ? Qt::NoButton : Qt::LeftButton, modifiers);
        QApplication::sendEvent(&bar, &event);
    }
    void drag(QPointF from, QPointF to, Qt::KeyboardModifiers modifiers = {}) {
        mouse(QEvent::MouseButtonPress, from, modifiers);
        mouse(QEvent::MouseMove, to, modifiers);
        mouse(QEvent::MouseButtonRelease, to, modifiers);
    }
    void click(QPointF at, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(&bar, Qt::LeftButton, modifiers, at.toPoint());
    }
    /// Into the map, which takes the focus in daily use.
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&window.map(), key, modifiers);
    }
    void character(char key) { QTest::keyClick(&window.map(), key); }
    void held(Qt::Key key) {
        QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier, {}, true);
        QApplication::sendEvent(&window.map(), &event);
    }

    TimelineTime soughtAt(qsizetype i) const { return sought.at(i).at(0).value<TimelineTime>(); }
    Loop loopAt(qsizetype i) const { return loops.at(i).at(0).value<Loop>(); }
    double secondsFrom(TimelineTime expected, TimelineTime found) const {
        return std::abs(std::chrono::duration<double>(found - expected).count());
    }
    qsizetype all() const {
        return played.size() + paused.size() + stepped.size() + speeds.size() + sought.size() + loops.size() +
               events.size() + live.size() + kept.size() + recorded.size();
    }
};

} // namespace

TEST_CASE("the bar lies at the bottom, over the whole width") {
    Wall wall("playing");
    CHECK(wall.bar.geometry() == QRect(0, 1000, 1920, 72));
    wall.window.resize(3840, 2160);
    QCoreApplication::processEvents();
    CHECK(wall.bar.geometry() == QRect(0, 2000, 3840, 144));
}

TEST_CASE("a click goes to the moment under it, and on from there") {
    Wall wall("playing");
    const TimelineTime target = wall.shown().begin + minutes(33);
    wall.click(wall.on(target));
    REQUIRE(wall.sought.size() == 1);
    const double pixel = 1 / scaleOf(wall.shown(), wall.bar.layout()).pixelsPerSecond();
    CHECK(wall.secondsFrom(target, wall.soughtAt(0)) <= pixel);
    CHECK(wall.paused.size() == 1);
    CHECK(wall.played.size() == 1);
    CHECK(wall.all() == 3);
}

TEST_CASE("a click while paused stays paused") {
    Wall wall("paused");
    wall.click(wall.on(wall.shown().begin + minutes(33)));
    CHECK(wall.sought.size() == 1);
    CHECK(wall.all() == 1);
}

TEST_CASE("dragging previews at most ten times a second and ends where it is dropped") {
    Wall wall("playing");
    const TimelineTime first = wall.shown().begin + minutes(2);
    const auto at = [&](int step) { return wall.on(first + seconds(20 * step)); };
    wall.mouse(QEvent::MouseButtonPress, at(0));
    CHECK(wall.paused.size() == 1);
    for (int step = 1; step <= 50; ++step) // all within one moment
        wall.mouse(QEvent::MouseMove, at(step));
    CHECK(wall.sought.size() == 1);
    REQUIRE(wall.sought.wait(5'000)); // a tenth of a second later: the latest, not each in turn
    CHECK(wall.sought.size() == 2);
    CHECK(wall.secondsFrom(first + seconds(1000), wall.soughtAt(1)) < 1);
    wall.mouse(QEvent::MouseMove, at(60));
    CHECK(wall.sought.size() == 2);
    CHECK(wall.played.isEmpty());
    wall.mouse(QEvent::MouseButtonRelease, at(70)); // not held back
    REQUIRE(wall.sought.size() == 3);
    CHECK(wall.secondsFrom(first + seconds(1400), wall.soughtAt(2)) < 1);
    CHECK(wall.played.size() == 1);
    wall.mouse(QEvent::MouseMove, at(20));
    CHECK(wall.sought.size() == 3); // no longer held
}

TEST_CASE("Shift and a drag loop a range, its ends can be moved, Shift and a click end it") {
    Wall wall("playing");
    const TimelineTime from = wall.shown().begin + minutes(20), to = wall.shown().begin + minutes(25);
    wall.drag(wall.on(to), wall.on(from), Qt::ShiftModifier); // either way round
    REQUIRE(wall.loops.size() == 1);
    const Loop drawn = wall.loopAt(0);
    REQUIRE(drawn);
    CHECK(wall.secondsFrom(from, drawn->from) < 1);
    CHECK(wall.secondsFrom(to, drawn->to) < 1);
    CHECK(wall.all() == 1); // no seek

    feeds::Timeline looping = wall.shown();
    looping.loop = drawn;
    wall.window.setTimeline(looping);
    const QPointF low(0, wall.bar.layout().track.height() / 4); // where the handles are
    wall.drag(wall.on(drawn->to) + low, wall.on(drawn->to + minutes(4)) + low);
    REQUIRE(wall.loops.size() == 2);
    CHECK(wall.loopAt(1)->from == drawn->from);
    CHECK(wall.secondsFrom(drawn->to + minutes(4), wall.loopAt(1)->to) < 1);
    wall.drag(wall.on(drawn->from) + low, wall.on(drawn->to + minutes(2)) + low); // across the other end
    REQUIRE(wall.loops.size() == 3);
    CHECK(wall.loopAt(2)->from == drawn->to);

    wall.click(wall.on(from + minutes(1)), Qt::ShiftModifier);
    REQUIRE(wall.loops.size() == 4);
    CHECK_FALSE(wall.loopAt(3));
    CHECK(wall.sought.isEmpty());
}

TEST_CASE("L switches the loop that is seen off and on") {
    Wall wall("loop");
    const Loop loop = wall.shown().loop;
    wall.key(Qt::Key_L);
    REQUIRE(wall.loops.size() == 1);
    CHECK_FALSE(wall.loopAt(0));
    feeds::Timeline off = wall.shown();
    off.loop.reset();
    wall.window.setTimeline(off);
    wall.key(Qt::Key_L);
    REQUIRE(wall.loops.size() == 2);
    CHECK(wall.loopAt(1) == loop);

    Wall without("playing");
    without.key(Qt::Key_L);
    CHECK(without.all() == 0);
}

TEST_CASE("of a live feed only what is buffered can be gone to") {
    Wall wall("buffered");
    wall.click(wall.on(wall.shown().buffered->from - minutes(2)));
    CHECK(wall.all() == 0);
    wall.click(wall.on(wall.shown().buffered->from + minutes(2)));
    CHECK(wall.sought.size() == 1);
    CHECK(wall.secondsFrom(wall.shown().buffered->from + minutes(2), wall.soughtAt(0)) < 3);
    wall.drag(wall.on(wall.shown().end - minutes(2)), wall.on(wall.shown().begin));
    CHECK(wall.soughtAt(wall.sought.size() - 1) == wall.shown().buffered->from);

    Wall without("live");
    without.drag(without.on(without.shown().end - minutes(2)), without.on(without.shown().end));
    for (const Qt::Key key : {Qt::Key_Space, Qt::Key_Left, Qt::Key_Home, Qt::Key_P, Qt::Key_K})
        without.key(key);
    CHECK(without.all() == 0);
    without.key(Qt::Key_R);
    REQUIRE(without.recorded.size() == 1);
    CHECK(without.recorded.at(0).at(0).toBool());
}

TEST_CASE("there are three ways back to live: the button, End, and the right end of the bar") {
    Wall wall("behind");
    wall.click(wall.bar.layout().below.center());
    CHECK(wall.live.size() == 1);
    wall.key(Qt::Key_End);
    CHECK(wall.live.size() == 2);
    CHECK(wall.all() == 2);
    wall.drag(wall.on(wall.shown().position), wall.on(wall.shown().end) + QPointF(4, 0));
    CHECK(wall.live.size() == 3);
    CHECK(wall.played.isEmpty());
}

TEST_CASE("Space plays and pauses, a live feed is left for the moment it is at") {
    Wall playing("playing"), paused("paused"), live("buffered");
    playing.key(Qt::Key_Space);
    CHECK(playing.paused.size() == 1);
    paused.key(Qt::Key_Space);
    CHECK(paused.played.size() == 1);
    live.key(Qt::Key_Space);
    REQUIRE(live.sought.size() == 1);
    CHECK(live.soughtAt(0) == live.shown().position);
    CHECK(live.paused.size() == 1);
    playing.held(Qt::Key_Space);
    CHECK(playing.all() == 1);
}

TEST_CASE("arrows step, and held they step at a pace that can be followed") {
    Wall wall("paused");
    wall.key(Qt::Key_Right);
    wall.key(Qt::Key_Left, Qt::ShiftModifier);
    REQUIRE(wall.stepped.size() == 2);
    CHECK(wall.stepped.at(0).at(0).toInt() == 1);
    CHECK(wall.stepped.at(1).at(0).toInt() == -10);
    for (int i = 0; i < 30; ++i)
        wall.held(Qt::Key_Left);
    CHECK(wall.stepped.size() == 2);
    REQUIRE(QTest::qWaitFor([&] {
        wall.held(Qt::Key_Left);
        return wall.stepped.size() == 3;
    }));
    CHECK(wall.stepped.at(2).at(0).toInt() == -1);
}

TEST_CASE("the other keys, wherever the focus is") {
    Wall wall("playing"); // 8×
    wall.character(']');
    wall.character('[');
    REQUIRE(wall.speeds.size() == 2);
    CHECK(wall.speeds.at(0).at(0).toDouble() == 16);
    CHECK(wall.speeds.at(1).at(0).toDouble() == 4);
    wall.key(Qt::Key_N);
    wall.key(Qt::Key_P);
    REQUIRE(wall.events.size() == 2);
    CHECK(wall.events.at(0).at(0).toBool());
    CHECK_FALSE(wall.events.at(1).at(0).toBool());
    wall.key(Qt::Key_Home);
    wall.key(Qt::Key_End);
    REQUIRE(wall.sought.size() == 2);
    CHECK(wall.soughtAt(0) == wall.shown().begin);
    CHECK(wall.soughtAt(1) == wall.shown().end);
    const qsizetype before = wall.all();
    wall.key(Qt::Key_R); // a replay brings nothing new to record
    wall.key(Qt::Key_K);
    wall.key(Qt::Key_N, Qt::ControlModifier);
    CHECK(wall.all() == before);

    // Tab takes the focus to whatever can have it.
    for (int i = 0; i < 6; ++i) {
        QWidget* focused = wall.window.focusWidget() ? wall.window.focusWidget() : &wall.window;
        const qsizetype steps = wall.stepped.size();
        QTest::keyClick(focused, Qt::Key_Right);
        INFO(focused->metaObject()->className());
        CHECK(wall.stepped.size() == steps + 1);
        QTest::keyClick(focused, Qt::Key_Tab);
    }
}

TEST_CASE("the keys the window had still work, and move nothing in time") {
    Wall wall("playing");
    QSignalSpy asked(&wall.window, &WallWindow::viewRequestChanged);
    wall.key(Qt::Key_4);
    REQUIRE(asked.wait(5'000));
    CHECK(wall.window.viewRequest().range == std::chrono::hours(3));
    wall.window.focus().select(feeds::Selection::pop("FRA"));
    wall.key(Qt::Key_Escape);
    CHECK(wall.window.focus().selection().isWorld());
    wall.key(Qt::Key_F11);
    CHECK(wall.window.isFullScreen());
    wall.key(Qt::Key_F11);
    CHECK_FALSE(wall.window.isFullScreen());
    CHECK(wall.all() == 0);
}

TEST_CASE("the flight recorder is kept and recording switched, by key and by button") {
    Wall wall("buffered");
    wall.key(Qt::Key_K);
    wall.click(wall.bar.layout().keep.center());
    CHECK(wall.kept.size() == 2);
    wall.click(wall.bar.layout().record.center()); // the flight recorder is no recording yet
    feeds::Timeline recording = wall.shown();
    recording.recording.flight = false;
    wall.window.setTimeline(recording);
    wall.key(Qt::Key_R);
    wall.key(Qt::Key_K);
    wall.click(wall.bar.layout().keep.center());
    REQUIRE(wall.recorded.size() == 2);
    CHECK(wall.recorded.at(0).at(0).toBool());
    CHECK_FALSE(wall.recorded.at(1).at(0).toBool());
    CHECK(wall.kept.size() == 2);
}

TEST_CASE("the buttons do what the keys do, other buttons and the wheel ask for nothing") {
    Wall wall("playing");
    const TimelineLayout at = wall.bar.layout();
    wall.click(at.button.center());
    CHECK(wall.paused.size() == 1);
    wall.click(at.speed.center() + QPointF(30, 0));
    wall.click(at.speed.center() - QPointF(30, 0));
    REQUIRE(wall.speeds.size() == 2);
    CHECK(wall.speeds.at(0).at(0).toDouble() == 16);
    CHECK(wall.speeds.at(1).at(0).toDouble() == 4);
    const qsizetype before = wall.all();
    QTest::mouseClick(&wall.bar, Qt::RightButton, {}, wall.on(wall.shown().begin + minutes(3)).toPoint());
    const QPointF middle = at.track.center();
    QWheelEvent wheel(middle, wall.bar.mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(&wall.bar, &wheel);
    CHECK(wall.all() == before);
}

TEST_CASE("hovering explains the moment and the recording, and asks for nothing") {
    Wall wall("buffered");
    wall.mouse(QEvent::MouseMove, wall.on(wall.shown().begin + minutes(17)));
    CHECK(QToolTip::text().contains(QStringLiteral("T+00:0"))); // a pixel is two seconds wide
    CHECK(QToolTip::font().family() == QStringLiteral("Inter"));
    wall.mouse(QEvent::MouseMove, wall.bar.layout().recording.center());
    CHECK(QToolTip::text().contains(QStringLiteral("/var/lib/surgescope/flight")));
    CHECK(wall.all() == 0);
}

TEST_CASE("the live dot brightens with each second that comes, and only then") {
    Wall wall("buffered");
    const auto dot = [&] { return wall.bar.grab(wall.bar.layout().button.toRect()).toImage(); };
    REQUIRE(QTest::qWaitFor([&, bright = dot()] { return dot() != bright; }));
    const QImage quiet = dot();
    feeds::Timeline next = wall.shown();
    wall.window.setTimeline(next);
    CHECK(dot() == quiet);
    next.end += seconds(1);
    wall.window.setTimeline(next);
    CHECK(dot() != quiet);
    REQUIRE(QTest::qWaitFor([&] { return dot() == quiet; }));
}

TEST_CASE("a drag that leaves live goes on while the feed does") {
    Wall wall("buffered");
    feeds::Timeline t = wall.shown();
    wall.mouse(QEvent::MouseButtonPress, wall.on(t.end - minutes(5)));
    REQUIRE(wall.sought.size() == 1);
    CHECK(wall.paused.size() == 1);
    t.mode = feeds::Timeline::Mode::behindLive;
    t.paused = true;
    t.end += seconds(2);
    t.buffered->to = t.end;
    t.position = wall.soughtAt(0);
    wall.window.setTimeline(t);
    const TimelineTime target = t.end - minutes(8);
    wall.mouse(QEvent::MouseMove, wall.on(target));
    wall.mouse(QEvent::MouseButtonRelease, wall.on(target));
    CHECK(wall.secondsFrom(target, wall.soughtAt(wall.sought.size() - 1)) < 1);
    CHECK(wall.played.size() == 1); // it was playing, being live
}

TEST_CASE("nothing is asked of an empty timeline, however it is touched") {
    Wall wall("empty");
    for (const double x : {100.0, 800.0, 1500.0})
        wall.drag({x, 20}, {x + 50, 20}, x > 1000 ? Qt::ShiftModifier : Qt::NoModifier);
    for (const Qt::Key key : {Qt::Key_Space, Qt::Key_Left, Qt::Key_Right, Qt::Key_Home, Qt::Key_End,
                              Qt::Key_N, Qt::Key_P, Qt::Key_L, Qt::Key_K})
        wall.key(key);
    wall.character('[');
    CHECK(wall.all() == 0);
}

TEST_CASE("a bar of any size can be painted and touched") {
    for (const QSize size : {QSize(1, 1), QSize(300, 8), QSize(5000, 200)}) {
        for (const std::string_view state : tests::timelineStates()) {
            TimelineWidget bar;
            bar.resize(size);
            bar.setTimeline(tests::sampleTimeline(state));
            CHECK(bar.grab().size() == size);
            QTest::mouseClick(&bar, Qt::LeftButton, Qt::ShiftModifier, bar.rect().center());
            QTest::mouseClick(&bar, Qt::LeftButton, {}, bar.rect().center());
        }
    }
}
