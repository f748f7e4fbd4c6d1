// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/fonts.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/progress_line.h"
#include "widgets/wall/wall_window.h"
#include "widgets/workspace/built_in_workspaces.h"
#include "widgets/workspace/view_area.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::seconds;

namespace {

struct WallInMode {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    WallInMode() {
        window.resize(1920, 1080);
        window.show();
        window.setFrame(tests::sampleFrame());
        REQUIRE(QTest::qWaitFor([this] { return window.isSettled(); }, 20'000));
    }
};

} // namespace

TEST_CASE("F11 makes it a wall with larger type, F11 or Esc a window again") {
    WallInMode wall;
    QSignalSpy changed(&wall.window, &WallWindow::wallModeChanged);
    const QRect before = wall.window.geometry();
    for (const auto leave : {Qt::Key_F11, Qt::Key_Escape}) {
        QTest::keyClick(&wall.window, Qt::Key_F11);
        CHECK(wall.window.isWallMode());
        CHECK(wall.window.isFullScreen());
        CHECK(wall.window.scale() == Approx(wallScale({}, wall.window.size())));
        CHECK(wall.window.workspace().windows[0].place->width == before.width()); // not the screen's
        QTest::keyClick(&wall.window, leave);
        CHECK_FALSE(wall.window.isWallMode());
        CHECK_FALSE(wall.window.isFullScreen());
        CHECK(wall.window.geometry() == before);
        CHECK(wall.window.scale() == Approx(1));
    }
    CHECK(changed.size() == 4);
}

TEST_CASE("the pointer hides on a wall and comes back when it moves") {
    WallInMode wall;
    wall.window.enterWallMode({.hidePointerAtOnce = true});
    CHECK(wall.window.wallMode().pointerHidden());
    REQUIRE(QGuiApplication::overrideCursor());
    CHECK(QGuiApplication::overrideCursor()->shape() == Qt::BlankCursor);
    QTest::mouseMove(&wall.window.heat(), {100, 100});
    QTest::mouseMove(&wall.window.heat(), {140, 100});
    CHECK_FALSE(wall.window.wallMode().pointerHidden());
    CHECK(wall.window.focus().crosshair());
    REQUIRE(QTest::qWaitFor([&] { return wall.window.wallMode().pointerHidden(); }, 10'000));
    CHECK_FALSE(wall.window.focus().crosshair()); // nothing of hovering stays
    wall.window.leaveWallMode();
    CHECK_FALSE(QGuiApplication::overrideCursor());
}

TEST_CASE("pages take turns on a wall, and what was there comes back") {
    WallInMode wall;
    wall.window.arrangement().close("egress");
    const Pane before = wall.window.area().root();
    wall.window.enterWallMode({.rotate = seconds(1), .hidePointerAtOnce = true});
    CHECK(wall.window.area().root() == overviewWorkspace().windows[0].root);
    CHECK(wall.window.workspace().windows[0].root == before); // what is kept of it
    REQUIRE(QTest::qWaitFor([&] { return wall.window.wallMode().rotation().page() == 1; }, 10'000));
    CHECK(wall.window.area().root() == findWorkspace(builtInWorkspaces(), "map")->windows[0].root);
    CHECK(wall.window.findChild<ProgressLine*>()->isVisible());
    QTest::keyClick(&wall.window, Qt::Key_1);
    CHECK(wall.window.wallMode().rotation().held());
    QTest::keyClick(&wall.window, Qt::Key_F11);
    CHECK(wall.window.area().root() == before);
    CHECK_FALSE(wall.window.findChild<ProgressLine*>()->isVisible());
}

TEST_CASE("the user's own pages come instead of those built in") {
    WallInMode wall;
    Workspace left{"wall-left", {{Pane::of("map"), {}}}}, right{"wall-right", {{Pane::of("hottest"), {}}}};
    wall.window.setUserWorkspaces({overviewWorkspace(), left, right});
    wall.window.arrangement().show("hottest");
    wall.window.arrangement().popOut("hottest"); // on another monitor: pages leave it there
    wall.window.enterWallMode({.rotate = seconds(1)});
    CHECK(wall.window.area().root() == Pane::of("map"));
    REQUIRE(QTest::qWaitFor([&] { return wall.window.wallMode().rotation().page() == 1; }, 10'000));
    CHECK(wall.window.area().root().empty());
    CHECK(wall.window.isInOwnWindow("hottest"));
}

TEST_CASE("a wall has nothing to press, and type by distance and diagonal") {
    WallInMode wall;
    CHECK_FALSE(wall.window.timeline().layout().button.isEmpty());
    wall.window.enterWallMode({.fullScreen = false});
    CHECK(wall.window.timeline().layout().button.isEmpty());
    CHECK(wall.window.timeline().layout().record.isEmpty());
    CHECK(wall.window.scale() * kLeastType >= typePixels({4, 65}, wall.window.size(), 10) * 0.999);
    const double at65 = wall.window.scale();
    for (const PanelWidget* panel : {static_cast<const PanelWidget*>(&wall.window.map()),
                                     static_cast<const PanelWidget*>(&wall.window.heat()),
                                     static_cast<const PanelWidget*>(&wall.window.chart("requests")),
                                     static_cast<const PanelWidget*>(&wall.window.chart("metadata"))})
        CHECK(panel->scale() == at65); // none made itself smaller to fit
    wall.window.setViewing({4, 86});
    CHECK(wall.window.scale() == Approx(at65 * 65 / 86));
    wall.window.leaveWallMode();
    CHECK_FALSE(wall.window.timeline().layout().button.isEmpty());
}

TEST_CASE("plots of requests and egress keep their height on a wall, too") {
    WallInMode wall;
    for (const bool isWall : {false, true}) {
        if (isWall) wall.window.enterWallMode({.fullScreen = false});
        for (const auto which : {"requests", "egress"})
            CHECK(wall.window.chart(which).plotRect().height() >= 150);
    }
}

TEST_CASE("a critical alarm that nobody cares for brings its page while others take turns") {
    WallInMode wall;
    wall.window.enterWallMode({.fullScreen = false});
    const Pane before = wall.window.area().root();
    auto status = std::make_shared<feeds::LiveStatus>();
    status->alarms.cards.resize(1);
    status->alarms.cards[0].rule = "invalidation/lag";
    status->alarms.cards[0].severity = feeds::Severity::critical;
    wall.window.setStatus(status);
    CHECK(wall.window.wallMode().urgent().count() == 1);
    CHECK(wall.window.area().root() == before); // it waits for its turn
    status = std::make_shared<feeds::LiveStatus>(*status);
    status->alarms.cards[0].state = feeds::AlarmState::acked;
    wall.window.setStatus(status);
    CHECK(wall.window.wallMode().urgent().count() == 0);
}
