// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_widget.h"

#include "tests/support/catch.h"
#include "tests/support/sample_timeline.h"

#include <QApplication>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// Eight hours, of which the handle is in the middle.
feeds::Timeline night(std::string_view state) {
    feeds::Timeline t = tests::sampleTimeline(state);
    t.end = t.begin + hours(8);
    t.overviewStep = seconds(60);
    t.overview.assign(480, 1e6F);
    t.gaps.clear();
    if (t.mode != feeds::Timeline::Mode::live) t.position = t.begin + hours(4);
    if (t.mode == feeds::Timeline::Mode::live) t.position = t.end;
    if (t.buffered) t.buffered = {t.begin + hours(1), t.end};
    return t;
}

struct Bar {
    TimelineWidget bar;
    QSignalSpy sought{&bar, &TimelineWidget::seekRequested};
    QSignalSpy live{&bar, &TimelineWidget::liveRequested};
    QSignalSpy loops{&bar, &TimelineWidget::loopRequested};
    QSignalSpy stepped{&bar, &TimelineWidget::stepRequested};
    feeds::Timeline shown;

    explicit Bar(std::string_view state) : shown(night(state)) {
        bar.resize(1920, 60);
        bar.show();
        bar.setTimeline(shown);
    }

    TimelineRange seen() const { return bar.timeScale().shown(); }
    milliseconds length() const { return seen().to - seen().from; }
    bool isWhole() const { return seen() == TimelineRange{shown.begin, shown.end}; }
    QPointF on(TimelineTime at) const {
        return {bar.timeScale().unboundedXOf(at), bar.layout().track.center().y() - 3};
    }
    QPointF beneath(double share) const {
        const QRectF axis = bar.layout().axis;
        return {axis.left() + share * axis.width(), axis.center().y()};
    }

    void wheel(QPointF at, int notches, Qt::KeyboardModifiers modifiers = {}, bool sideways = false) {
        const QPoint turned = sideways ? QPoint(120 * notches, 0) : QPoint(0, 120 * notches);
        QWheelEvent event(at, bar.mapToGlobal(at), {}, turned, Qt::NoButton, modifiers, Qt::NoScrollPhase,
                          false);
        QApplication::sendEvent(&bar, &event);
    }
    void mouse(QEvent::Type type, QPointF at, Qt::MouseButton button = Qt::LeftButton,
               Qt::KeyboardModifiers modifiers = {}) {
        QMouseEvent event(type, at, bar.mapToGlobal(at), type == QEvent::MouseMove ? Qt::NoButton : button,
                          type == QEvent::MouseButtonRelease ? Qt::NoButton : button, modifiers);
        QApplication::sendEvent(&bar, &event);
    }
    void drag(QPointF from, QPointF to, Qt::MouseButton button = Qt::LeftButton) {
        mouse(QEvent::MouseButtonPress, from, button);
        mouse(QEvent::MouseMove, to, button);
        mouse(QEvent::MouseButtonRelease, to, button);
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QKeyEvent event(QEvent::KeyPress, key, modifiers);
        CHECK(bar.handleKey(event));
    }
    void moveTo(TimelineTime position) {
        shown.position = position;
        bar.setTimeline(shown);
    }
    TimelineTime lastSought() const { return sought.last().at(0).value<TimelineTime>(); }
};

bool near(TimelineTime a, TimelineTime b, milliseconds by) {
    return std::chrono::abs(a - b) <= by;
}

} // namespace

TEST_CASE("of eight hours a single second can be aimed at, and hit") {
    Bar wall("paused");
    const TimelineTime target = wall.shown.begin + hours(2) + seconds(1'234);
    CHECK(wall.bar.timeScale().pixelsPerSecond() < 0.1);
    for (int i = 0; i < 30; ++i)
        wall.wheel(wall.on(target), 1);
    const double pixels = wall.bar.timeScale().pixelsPerSecond();
    CHECK(pixels > 100);
    REQUIRE(contains(wall.seen(), target + seconds(1)));
    QTest::mouseClick(&wall.bar, Qt::LeftButton, {}, wall.on(target + seconds(1)).toPoint());
    REQUIRE(wall.sought.size() == 1);
    CHECK(near(wall.lastSought(), target + seconds(1), milliseconds(10)));
}

TEST_CASE("the wheel zooms at the pointer, Ctrl finer, and out again to all of it") {
    Bar wall("playing");
    const TimelineTime at = wall.shown.begin + hours(6);
    const double x = wall.on(at).x();
    wall.wheel(wall.on(at), 2);
    CHECK(wall.bar.timeScale().xOf(at) == Approx(x).margin(0.1));
    const double coarse = std::chrono::duration<double>(wall.length()).count();
    CHECK(coarse == Approx(8 * 3600 / 2.25));
    wall.wheel(wall.on(at), 1, Qt::ControlModifier);
    CHECK(std::chrono::duration<double>(wall.length()).count() == Approx(coarse / 1.1));
    wall.wheel(wall.on(at), -4);
    CHECK(wall.isWhole());
    wall.wheel({50, 30}, 3); // not over the track
    CHECK(wall.isWhole());
    CHECK(wall.sought.isEmpty());
}

TEST_CASE("a part is panned by Shift and the wheel, by a sideways wheel and by the middle button") {
    Bar wall("paused");
    wall.wheel(wall.on(wall.shown.begin + hours(4)), 4);
    const auto begin = wall.seen();
    const auto length = wall.length();
    wall.wheel(wall.bar.layout().track.center(), -1, Qt::ShiftModifier);
    CHECK(near(wall.seen().from, begin.from + length / 10, milliseconds(2)));
    wall.wheel(wall.bar.layout().track.center(), 1, {}, true);
    CHECK(near(wall.seen().from, begin.from, milliseconds(2)));
    CHECK(wall.length() == length);

    const TimelineTime taken = begin.from + length / 2; // stays under the pointer
    const QPointF from = wall.on(taken), to = from - QPointF(200, 0);
    wall.drag(from, to, Qt::MiddleButton);
    CHECK(wall.bar.timeScale().xOf(taken) == Approx(to.x()).margin(0.5));
    CHECK(wall.sought.isEmpty());
    const auto there = wall.seen();
    wall.mouse(QEvent::MouseMove, from); // let go of
    CHECK(wall.seen() == there);
}

TEST_CASE("the axis beneath scrolls through the whole, and a double click on it shows that") {
    Bar wall("paused");
    wall.wheel(wall.on(wall.shown.begin + hours(4)), 6);
    const auto length = wall.length();
    wall.mouse(QEvent::MouseButtonPress, wall.beneath(0.25)); // beside the part: it comes
    CHECK(near(wall.seen().from + length / 2, wall.shown.begin + hours(2), seconds(30)));
    wall.mouse(QEvent::MouseMove, wall.beneath(0.75));
    CHECK(near(wall.seen().from + length / 2, wall.shown.begin + hours(6), seconds(30)));
    wall.mouse(QEvent::MouseMove, wall.beneath(5)); // beyond the end
    CHECK(wall.seen().to == wall.shown.end);
    CHECK(wall.length() == length);
    wall.mouse(QEvent::MouseButtonRelease, wall.beneath(5));
    CHECK(wall.sought.isEmpty()); // it scrolls and goes nowhere
    QTest::mouseDClick(&wall.bar, Qt::LeftButton, {}, wall.beneath(0.5).toPoint());
    CHECK(wall.isWhole());
    CHECK(wall.sought.isEmpty());
    QTest::mouseClick(&wall.bar, Qt::LeftButton, {}, wall.beneath(0.5).toPoint()); // now part of the track
    CHECK(wall.sought.size() == 1);
}

TEST_CASE("Z comes closer at the handle, Shift Z shows the whole") {
    Bar wall("paused");
    for (int i = 0; i < 4; ++i)
        wall.key(Qt::Key_Z);
    CHECK(wall.length() == milliseconds(hours(8)) / 256);
    CHECK(near(wall.seen().from + wall.length() / 2, wall.shown.position, milliseconds(5)));
    wall.key(Qt::Key_Z, Qt::ShiftModifier);
    CHECK(wall.isWhole());
}

TEST_CASE("playing keeps the handle in view, unless the hand has left it behind") {
    Bar wall("playing");
    wall.wheel(wall.on(wall.shown.position), 12);
    const auto length = wall.length();
    for (int s = 0; s < 2'000; s += 8) {
        wall.moveTo(wall.shown.position + seconds(8));
        REQUIRE(contains(wall.seen(), wall.shown.position + length / 20)); // with some of what comes
    }
    CHECK(wall.length() == length);

    wall.wheel(wall.bar.layout().track.center(), 40, Qt::ShiftModifier);
    const auto left = wall.seen();
    REQUIRE_FALSE(contains(left, wall.shown.position));
    wall.moveTo(wall.shown.position + seconds(8));
    CHECK(wall.seen() == left);
    wall.key(Qt::Key_Right); // asked to go somewhere: it is looked for
    wall.moveTo(wall.shown.position + seconds(1));
    CHECK(contains(wall.seen(), wall.shown.position));
}

TEST_CASE("a handle dragged past the edge takes the part with it") {
    Bar wall("paused");
    wall.wheel(wall.on(wall.shown.position), 10);
    const auto begin = wall.seen();
    const auto length = wall.length();
    const QPointF outside(wall.bar.layout().track.right() + 40, 20);
    wall.mouse(QEvent::MouseButtonPress, wall.on(begin.from + length / 2));
    wall.mouse(QEvent::MouseMove, outside);
    REQUIRE(QTest::qWaitFor([&] { return wall.seen().from > begin.from + length / 4; }, 10'000));
    wall.mouse(QEvent::MouseMove, wall.on(wall.seen().from + length / 2)); // back inside: it stands
    const auto inside = wall.seen();
    REQUIRE(QTest::qWaitFor([&, was = wall.sought.size()] { return wall.sought.size() > was; }, 10'000));
    CHECK(wall.seen() == inside);
    wall.mouse(QEvent::MouseMove, outside);
    REQUIRE(QTest::qWaitFor([&] { return wall.seen().from > inside.from; }, 10'000));
    wall.mouse(QEvent::MouseButtonRelease, outside);
    CHECK(wall.lastSought() == wall.seen().to);
}

TEST_CASE("a live feed is followed at its newest second, and can be looked at closely where it was") {
    Bar wall("buffered");
    wall.wheel(wall.on(wall.shown.end), 8);
    const auto length = wall.length();
    const auto grow = [&](seconds by) {
        wall.shown.end += by;
        wall.shown.buffered->to = wall.shown.end;
        wall.moveTo(wall.shown.end);
    };
    grow(seconds(1));
    CHECK(wall.seen() == TimelineRange{wall.shown.end - length, wall.shown.end});
    wall.wheel(wall.bar.layout().track.center(), 5, Qt::ShiftModifier);
    wall.wheel(wall.bar.layout().track.center(), 8, Qt::ShiftModifier);
    const auto earlier = wall.seen();
    grow(seconds(30));
    CHECK(wall.seen() == earlier);
    // The right end of what is seen is not now.
    wall.drag(wall.on(earlier.from + length / 2), {wall.bar.layout().track.right(), 20});
    CHECK(wall.live.isEmpty());
    CHECK(wall.lastSought() == earlier.to);
    wall.wheel(wall.bar.layout().track.center(), -60, Qt::ShiftModifier);
    wall.drag(wall.on(wall.seen().from + length / 2), {wall.bar.layout().track.right(), 20});
    CHECK(wall.live.size() == 1);
}

TEST_CASE("what lies outside of the part cannot be taken hold of at its edge") {
    Bar wall("loop");
    wall.shown.loop = {wall.shown.begin + minutes(10), wall.shown.begin + minutes(20)};
    wall.bar.setTimeline(wall.shown);
    wall.wheel(wall.on(wall.shown.begin + hours(4)), 4);
    const QPointF low(wall.bar.layout().track.left() + 2, wall.bar.layout().track.bottom() - 4);
    wall.drag(low, low + QPointF(50, 0));
    CHECK(wall.loops.isEmpty());
    CHECK(wall.sought.size() >= 1);

    Bar late("buffered");
    late.shown.buffered->from = late.shown.end - minutes(5);
    late.bar.setTimeline(late.shown);
    late.wheel(late.on(late.shown.begin), 4);
    late.drag(late.on(late.seen().from + minutes(5)), late.on(late.seen().from + minutes(9)));
    late.drag({late.bar.layout().track.right() - 20, 20}, {late.bar.layout().track.right() - 40, 20});
    CHECK(late.sought.isEmpty());
}

TEST_CASE("another recording is shown whole") {
    Bar wall("paused");
    wall.wheel(wall.on(wall.shown.begin + hours(4)), 8);
    REQUIRE_FALSE(wall.isWhole());
    wall.shown.begin += hours(100);
    wall.shown.end += hours(100);
    wall.moveTo(wall.shown.begin);
    CHECK(wall.isWhole());
    wall.shown.end += hours(1);
    wall.bar.setTimeline(wall.shown);
    CHECK(wall.isWhole());
}

TEST_CASE("the strip beneath says which part is seen, and where the handle is outside of it") {
    Bar wall("playing");
    const QRectF strip = wall.bar.layout().part;
    const auto row = [&] {
        const QImage image = wall.bar.grab().toImage();
        std::vector<QRgb> pixels;
        for (double x = strip.left(); x < strip.right(); ++x)
            pixels.push_back(image.pixel(int(x), int(strip.center().y())));
        return pixels;
    };
    const auto whole = row();
    CHECK(std::ranges::count(whole, whole.front()) > std::ssize(whole) * 97 / 100); // but feet of words
    wall.wheel(wall.on(wall.shown.begin + hours(6)), 4);
    const auto part = row();
    const auto bright = std::ranges::count(part, part[static_cast<std::size_t>(strip.width() * 0.76)]);
    CHECK(static_cast<double>(bright) == Approx(strip.width() / std::pow(1.5, 4)).margin(4));
    const auto handle = part[static_cast<std::size_t>(strip.width() / 2)];
    CHECK(std::ranges::count(part, handle) <= 4);
}
