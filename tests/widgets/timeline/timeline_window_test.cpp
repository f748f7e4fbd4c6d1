// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_window.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr TimelineTime kBegin{seconds(1'795'392'000)};
constexpr TimelineRange kNight{kBegin, kBegin + hours(8)};

TimelineRange range(seconds from, seconds to) {
    return {kBegin + from, kBegin + to};
}
/// Closer by so much, at this moment.
TimelineWindow zoomed(seconds at, double factor) {
    TimelineWindow window;
    window.zoom(kNight, kBegin + at, factor);
    return window;
}

} // namespace

TEST_CASE("a window that nobody has chosen is the whole, however that grows") {
    const TimelineWindow window;
    CHECK(window.isWhole());
    CHECK(window.of(kNight) == kNight);
    CHECK(window.of({kBegin, kBegin + hours(9)}) == TimelineRange{kBegin, kBegin + hours(9)});
}

TEST_CASE("zooming leaves the moment it is done at where it is") {
    const auto window = zoomed(hours(6), 4); // three quarters of the way
    CHECK(window.of(kNight) == range(hours(6) - minutes(90), hours(6) + minutes(30)));
    for (const seconds at : {seconds(0), seconds(12'345), seconds(28'800)}) {
        TimelineWindow closer;
        for (int i = 0; i < 7; ++i) {
            const TimelineScale before(closer.of(kNight), 0, 1000);
            closer.zoom(kNight, kBegin + at, 1.5);
            const TimelineScale after(closer.of(kNight), 0, 1000);
            CHECK(after.xOf(kBegin + at) == Approx(before.xOf(kBegin + at)).margin(0.01));
        }
    }
}

TEST_CASE("of a night one can aim at a single second, and comes back to all of it") {
    TimelineWindow window;
    for (int i = 0; i < 40; ++i)
        window.zoom(kNight, kBegin + hours(3), 1.5);
    const auto shown = window.of(kNight);
    CHECK(shown.to - shown.from == TimelineWindow::kShortest);
    const TimelineScale scale(shown, 0, 1280);
    CHECK(scale.pixelsPerSecond() >= 100);
    CHECK(contains(shown, kBegin + hours(3)));
    for (int i = 0; i < 40; ++i)
        window.zoom(kNight, kBegin + hours(3), 1 / 1.5);
    CHECK(window.isWhole());
    CHECK(window.of(kNight) == kNight);
}

TEST_CASE("a window ends at the ends of the whole") {
    auto window = zoomed(hours(4), 4); // two hours
    window.pan(kNight, minutes(30));
    CHECK(window.of(kNight) == range(hours(3) + minutes(30), hours(5) + minutes(30)));
    window.pan(kNight, hours(50));
    CHECK(window.of(kNight) == range(hours(6), hours(8)));
    window.pan(kNight, -hours(50));
    CHECK(window.of(kNight) == range(hours(0), hours(2)));
    window.zoom(kNight, kBegin, 0.5); // further out than there is on that side
    CHECK(window.of(kNight) == range(hours(0), hours(4)));
    window.centre(kNight, kBegin + hours(3));
    CHECK(window.of(kNight) == range(hours(1), hours(5)));
    window.showWhole();
    CHECK(window == TimelineWindow());
    window.pan(kNight, minutes(1)); // nowhere to go
    CHECK(window.isWhole());
}

TEST_CASE("the handle is kept in view, with what is next to it, and the view stands while it can") {
    const auto begin = zoomed(hours(4), 8); // an hour: 3:30 to 4:30
    const auto after = [&](seconds at) {
        auto window = begin;
        window.keepInView(kNight, kBegin + at);
        return window.of(kNight);
    };
    CHECK(after(hours(4)) == begin.of(kNight));
    CHECK(after(hours(4) + minutes(24)) == begin.of(kNight));
    CHECK(after(hours(4) + minutes(25)) == range(hours(3) + minutes(31), hours(4) + minutes(31)));
    CHECK(after(hours(3) + minutes(31)) == range(hours(3) + minutes(25), hours(4) + minutes(25)));
    CHECK(after(hours(7)) == range(hours(6) + minutes(30), hours(7) + minutes(30))); // a leap
    CHECK(after(hours(8)) == range(hours(7), hours(8)));
    TimelineWindow whole;
    whole.keepInView(kNight, kBegin + hours(7));
    CHECK(whole.isWhole());
}

TEST_CASE("while a feed grows a window stands, unless it follows the newest second") {
    auto window = zoomed(hours(8), 8); // the last hour
    TimelineRange whole = kNight;
    whole.to += minutes(5);
    CHECK(window.of(whole) == range(hours(7), hours(8)));
    window.keepInView(whole, whole.to);
    CHECK(window.of(whole) == TimelineRange{whole.to - hours(1), whole.to});
}

TEST_CASE("a window of another recording, or of a shorter one, shows what there is") {
    const auto window = zoomed(hours(6), 4); // 4:30 to 6:30
    const TimelineRange other{kBegin + hours(100), kBegin + hours(101)};
    CHECK(window.of(other) == other);
    CHECK(window.of(range(hours(5), hours(6))) == range(hours(5), hours(6)));
    CHECK(window.of(range(hours(0), hours(6))) == range(hours(4), hours(6)));
    auto moment = window;
    moment.zoom({kBegin, kBegin}, kBegin, 2);
    CHECK(moment.of({kBegin, kBegin}) == TimelineRange{kBegin, kBegin});
    TimelineWindow shorter;
    shorter.zoom(range(seconds(0), seconds(4)), kBegin, 2); // too short to be zoomed
    CHECK(shorter.isWhole());
}
