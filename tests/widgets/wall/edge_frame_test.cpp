// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/edge_frame.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QTest>

using namespace surgescope;
using namespace surgescope::widgets;
using Alarm = DataAge::Alarm;

TEST_CASE("the room is told when data is late, old, or comes no more") {
    CHECK(dataAge({}, {}).alarm == Alarm::none);
    CHECK(dataAge({}, 100.0).alarm == Alarm::none); // nothing has ever come
    CHECK(dataAge(0.4, 0.1).alarm == Alarm::none);
    CHECK(dataAge(2.0, 0.1).alarm == Alarm::none);
    CHECK(dataAge(2.5, 0.1) == DataAge{Alarm::late, {}});
    CHECK(dataAge(12.9, 0.1) == DataAge{Alarm::old, QStringLiteral("DATA 12 s OLD")});
    CHECK(dataAge(0.4, 1.9).alarm == Alarm::none);
    CHECK(dataAge(0.4, 5.0) ==
          DataAge{Alarm::old, QStringLiteral("DATA 5 s OLD")}); // the feed thread is stuck
}

TEST_CASE("old data frames the window in red, and lets the mouse through") {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    window.resize(1920, 1080);
    window.show();
    const auto frame = tests::sampleFrame();
    window.setFrame(frame);
    CHECK(window.edgeFrame().isHidden());
    const auto old = std::make_shared<feeds::Frame>(*frame);
    old->health.newestAgeSeconds = 12.3;
    window.setFrame(old);
    REQUIRE(QTest::qWaitFor([&] { return window.isSettled(); }, 20'000));
    CHECK_FALSE(window.edgeFrame().isHidden());
    const QImage picture = window.grab().toImage();
    for (const QPoint at : {QPoint(2, 500), QPoint(1917, 500), QPoint(400, 2), QPoint(900, 1077)})
        CHECK(picture.pixelColor(at) == colours().overload);
    CHECK(picture.pixelColor(400, 20) != colours().overload);
    CHECK(window.childAt(2, 1040) == &window.timeline());
    window.setTimeline(tests::sampleTimeline("playing")); // the past is allowed to be old
    window.setFrame(old);
    CHECK(window.edgeFrame().isHidden());
    window.setFrame(frame);
    CHECK(window.edgeFrame().isHidden());
}

TEST_CASE("a feed thread that makes no more frames is noticed without one") {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    window.show();
    window.setFrame(tests::sampleFrame());
    CHECK(window.edgeFrame().isHidden());
    REQUIRE(QTest::qWaitFor([&] { return !window.edgeFrame().isHidden(); }, 10'000));
    CHECK(window.edgeFrame().age().alarm == Alarm::old);
}
