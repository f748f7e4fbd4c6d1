// SPDX-License-Identifier: GPL-3.0-or-later
// Views that people arrange, with the mouse and the keyboard, in the real window.
#include "widgets/base/palette.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/heat/lag_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/line_box.h"
#include "widgets/wall/wall_window.h"
#include "widgets/workspace/built_in_workspaces.h"
#include "widgets/workspace/view_area.h"
#include "widgets/workspace/view_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

const Workspace& builtIn(const char* name) {
    return *findWorkspace(builtInWorkspaces(), name);
}

struct ArrangedWall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    explicit ArrangedWall(const char* workspace = "overview") {
        window.setWorkspace(builtIn(workspace));
        window.resize(1920, 1080);
        window.show();
        window.setFrame(tests::sampleFrame());
        settle();
    }
    void settle() {
        REQUIRE(QTest::qWaitFor([this] { return window.isSettled(); }, 20'000));
    }
    ViewArea& area() { return window.area(); }
    LineChart& chart(std::string_view name) { return window.chart(name); }
};

void drag(QWidget& widget, QPoint from, QPoint to) {
    QTest::mousePress(&widget, Qt::LeftButton, {}, from);
    for (const QPoint at : {from + (to - from) / 2, to}) {
        QMouseEvent move(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&widget, &move);
    }
    QTest::mouseRelease(&widget, Qt::LeftButton, {}, to);
}

std::vector<std::string> viewsBut(std::initializer_list<std::string_view> placed) {
    std::vector<std::string> others;
    for (const ViewName& view : kViewNames)
        if (std::ranges::find(placed, view.name) == placed.end()) others.emplace_back(view.name);
    return others;
}

constexpr QPoint kTitle(60, 18);

} // namespace

TEST_CASE("the gap between two views is dragged, a double click makes them even") {
    ArrangedWall wall("traffic");
    QSignalSpy rearranged(&wall.area(), &ViewArea::rearranged);
    const auto middle = [&] { // of the gap between the two columns
        const auto& handles = wall.area().layout().handles;
        return std::ranges::find(handles, false, &WorkspaceLayout::Handle::column)->box.center();
    };
    const QPoint at = middle();
    const int before = wall.chart("requests").width();
    drag(wall.area(), at, at + QPoint(200, 3));
    CHECK(std::abs(wall.chart("requests").width() - before - 200) <= 1);
    CHECK(rearranged.size() == 1);
    CHECK(wall.window.viewRequest().chartColumns == wall.chart("requests").plotColumns());
    QTest::mouseMove(&wall.area(), middle() + QPoint(0, 9));
    CHECK(wall.area().cursor().shape() == Qt::SplitHCursor);
    QTest::mouseDClick(&wall.area(), Qt::LeftButton, {}, middle());
    CHECK(std::abs(wall.chart("requests").width() - before) <= 1);
}

TEST_CASE("a view is dragged by its title beside another one") {
    ArrangedWall wall("map");
    MapWidget& map = wall.window.map();
    const QRect target = map.geometry();
    // From the table's title to the lower edge of the map.
    QWidget* table = wall.area().childAt(wall.area().layout().views[1].box.center());
    REQUIRE(table);
    const QPoint to = table->mapFrom(&wall.area(), QPoint(target.center().x(), target.bottom() - 10));
    drag(*table, kTitle, to);
    CHECK(wall.area().root() == Pane::columnOf({Pane::of("map", 0.5), Pane::of("hottest", 0.5)}));
    CHECK(table->y() > map.geometry().bottom());
    CHECK(map.width() == wall.area().width());
}

TEST_CASE("dropped in the middle two views change places, beside or on itself nothing happens") {
    ArrangedWall wall("traffic");
    LineChart &requests = wall.chart("requests"), &latency = wall.chart("latency");
    const QRect there = latency.geometry(), here = requests.geometry();
    drag(requests, kTitle, requests.mapFrom(&wall.area(), there.center()));
    CHECK(requests.geometry() == there);
    CHECK(latency.geometry() == here);
    const Pane before = wall.area().root();
    drag(requests, kTitle, requests.rect().center());
    CHECK(wall.area().root() == before);
    drag(requests, kTitle, {-5000, 40});
    CHECK(wall.area().root() == before);
    CHECK(wall.window.focus().range() == TimeRange{}); // dragging a title zooms nothing
}

TEST_CASE("Esc lets a dragged view go") {
    ArrangedWall wall("traffic");
    LineChart& chart = wall.chart("requests");
    const Pane before = wall.area().root();
    QTest::mousePress(&chart, Qt::LeftButton, {}, kTitle);
    const QPoint far(chart.width() + 300, 200);
    QMouseEvent move(QEvent::MouseMove, far, chart.mapToGlobal(far), Qt::NoButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&chart, &move);
    QTest::keyClick(&wall.window, Qt::Key_Escape);
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, far);
    CHECK(wall.area().root() == before);
}

TEST_CASE("a double click on a title or V maximises, and back") {
    ArrangedWall wall;
    LineChart& chart = wall.chart("metadata");
    const QRect before = chart.geometry();
    QTest::mouseDClick(&chart, Qt::LeftButton, {}, kTitle);
    CHECK(chart.size() == wall.area().size());
    CHECK(wall.window.map().isHidden());
    CHECK(wall.window.heat().isHidden());
    CHECK(wall.window.viewRequest().heatRows == 1);
    CHECK(wall.window.viewRequest().chartColumns == chart.plotColumns());
    QTest::mouseDClick(&chart, Qt::LeftButton, {}, kTitle);
    CHECK(chart.geometry() == before);
    CHECK_FALSE(wall.window.map().isHidden());

    QTest::mouseMove(&chart, chart.rect().center());
    QTest::keyClick(&wall.window, Qt::Key_V);
    CHECK(chart.size() == wall.area().size());
    QTest::keyClick(&wall.window, Qt::Key_Escape);
    CHECK(chart.geometry() == before);
    QTest::keyClick(&wall.window, Qt::Key_F10);
    CHECK(chart.size() == wall.area().size());
}

TEST_CASE("a view that is not to be seen gets no data until it is") {
    ArrangedWall wall("map");
    LineChart& chart = wall.chart("requests");
    CHECK(chart.data().lines.empty());
    const feeds::ViewRequest request = wall.window.viewRequest();
    CHECK(request.heatRows == 1);
    CHECK(request.chartColumns == 120);
    QSignalSpy asked(&wall.window, &WallWindow::viewRequestChanged);
    QTest::keyClick(&wall.window, Qt::Key_3, Qt::ControlModifier); // traffic
    CHECK(wall.window.workspaceName() == "traffic");
    wall.settle();
    CHECK_FALSE(chart.data().lines.empty());
    REQUIRE((asked.size() > 0 || asked.wait(5'000)));
    CHECK(wall.window.viewRequest().chartColumns > 400);
    QTest::keyClick(&wall.window, Qt::Key_5, Qt::ControlModifier); // invalidation
    CHECK(wall.window.viewRequest().heatRows > 20);
}

TEST_CASE("closing a view gives its place to others, the menu shows it again") {
    ArrangedWall wall;
    QTest::mouseMove(&wall.window.heat(), wall.window.heat().rect().center());
    QTest::keyClick(&wall.window, Qt::Key_X);
    CHECK(wall.window.heat().isHidden());
    CHECK(wall.window.arrangement().closedViews() == viewsBut({"map", "requests", "egress", "metadata"}));
    CHECK(wall.window.map().height() == wall.area().height());
    wall.window.arrangement().show("lag-by-pop");
    CHECK_FALSE(wall.window.heat().isHidden());
    wall.window.arrangement().show("lag-by-pop"); // is there already
    wall.window.arrangement().show("no such view");
    CHECK(viewsOf(wall.area().root()).size() == 5);
    for (const std::string& view : viewsOf(wall.area().root()))
        wall.window.arrangement().close(view);
    CHECK(wall.area().root().empty());
    CHECK(wall.window.viewRequest().chartColumns == 120);
    CHECK(wall.window.isSettled());
    wall.window.grab();
    wall.window.arrangement().show("map");
    CHECK(wall.window.map().size() == wall.area().size());
}

TEST_CASE("a view in a window of its own shows the same frame and comes back where it was") {
    ArrangedWall wall;
    const Pane before = wall.area().root();
    QTest::mouseMove(&wall.window.map(), {300, 300});
    QTest::keyClick(&wall.window, Qt::Key_W);
    REQUIRE(wall.window.arrangement().windows().size() == 1);
    ViewWindow& own = *wall.window.arrangement().windows().front();
    CHECK(own.isVisible());
    CHECK(wall.window.map().window() == &own);
    CHECK_FALSE(wall.area().has("map"));
    wall.settle();
    CHECK(wall.window.map().positionOf("PER"));
    QTest::mouseClick(&wall.window.map(), Qt::LeftButton, {}, wall.window.map().positionOf("PER")->toPoint());
    CHECK(wall.window.focus().selection() == feeds::Selection::pop("PER"));
    QTest::keyClick(&own, Qt::Key_Escape); // keys work in every window
    CHECK(wall.window.focus().selection().isWorld());
    const Workspace saved = wall.window.workspace();
    CHECK(saved.windows.size() == 2);
    CHECK(saved.windows[1].root == Pane::of("map"));
    CHECK(saved.windows[1].place);

    const QPointer<ViewWindow> gone(&own);
    own.close();
    CHECK(wall.window.arrangement().windows().empty());
    CHECK(wall.area().root() == before);
    CHECK(wall.window.map().window() == &wall.window);
    REQUIRE(QTest::qWaitFor([&] { return gone.isNull(); }, 5'000));
    wall.settle();

    wall.window.setWorkspace(saved);
    CHECK(wall.window.arrangement().windows().size() == 1);
    CHECK(wall.window.isInOwnWindow("map"));
    wall.window.arrangement().close("map"); // and with its last view the window
    CHECK(wall.window.arrangement().windows().empty());
    CHECK(wall.window.arrangement().closedViews() ==
          viewsBut({"requests", "egress", "metadata", "lag-by-pop"}));
}

TEST_CASE("the PoP's details take the table's place, wherever that is") {
    ArrangedWall wall("map");
    const QRect place = wall.area().layout().views[1].box;
    PopTableWidget& table = wall.window.table();
    CHECK(wall.area().childAt(place.center()) == &table);
    wall.window.focus().select(feeds::Selection::pop("LHR"));
    CHECK_FALSE(table.detailRect().isEmpty());
    table.resize(640, 260); // no room for both
    CHECK(table.title() == QStringLiteral("LHR  London, Europe"));
    wall.window.focus().select({});
    CHECK(table.detailRect().isEmpty());
    CHECK(table.title() == QStringLiteral("Hottest PoPs"));
}

TEST_CASE("the menu opens with a right click on a view and with its key") {
    ArrangedWall wall;
    const QPoint at = wall.window.heat().mapTo(&wall.window, QPoint(200, 100));
    QContextMenuEvent click(QContextMenuEvent::Mouse, at, wall.window.mapToGlobal(at));
    QCoreApplication::sendEvent(&wall.window, &click);
    QPointer<QMenu> menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    REQUIRE(menu);
    CHECK(menu->actions().front()->text() == QStringLiteral("Invalidation lag by PoP"));
    for (QAction* action : menu->actions())
        if (action->text().startsWith(QStringLiteral("Close"))) action->trigger();
    CHECK(wall.window.heat().isHidden());
    menu->close();
    QTest::keyClick(&wall.window, Qt::Key_Menu);
    REQUIRE(qobject_cast<QMenu*>(QApplication::activePopupWidget()));
    QApplication::activePopupWidget()->close();
}

TEST_CASE("a workspace is saved under a name typed into a small line") {
    ArrangedWall wall;
    QSignalSpy saved(&wall.window, &WallWindow::workspaceSaved);
    wall.window.arrangement().close("egress");
    wall.window.askForName({100, 100});
    auto* box = wall.window.findChild<LineBox*>();
    REQUIRE(box);
    auto* line = box->findChild<QLineEdit*>();
    line->clear();
    QTest::keyClicks(line, QStringLiteral("../night shift")); // no dots, no slashes
    QTest::keyClick(line, Qt::Key_Return);
    REQUIRE(saved.size() == 1);
    const auto workspace = qvariant_cast<Workspace>(saved[0][0]);
    CHECK(workspace.name == "night shift");
    CHECK(viewsOf(workspace.windows[0].root).size() == 4);
    CHECK(wall.window.workspaces().back()->name == "night shift");
    QTest::keyClick(&wall.window, Qt::Key_1, Qt::ControlModifier);
    CHECK(wall.area().has("egress"));
    QTest::keyClick(&wall.window, Qt::Key_5, Qt::ControlModifier);
    CHECK_FALSE(wall.area().has("egress"));
}

TEST_CASE("Ctrl+T goes through the themes") {
    ArrangedWall wall;
    for (const Theme expected : {Theme::light, Theme::highContrast, Theme::dark}) {
        QTest::keyClick(&wall.window, Qt::Key_T, Qt::ControlModifier);
        CHECK(theme() == expected);
        CHECK(wall.window.grab().toImage().pixelColor(5, 500) == colours().background);
    }
}

TEST_CASE("the map's keys work wherever the focus is") {
    ArrangedWall wall;
    const double before = wall.window.map().view().pixelsPerUnit;
    wall.window.setFocus();
    QTest::keyClick(&wall.window, '+');
    CHECK(wall.window.map().view().pixelsPerUnit == Approx(1.25 * before));
    QTest::keyClick(&wall.window, Qt::Key_Home, Qt::ControlModifier);
    CHECK(wall.window.map().view().pixelsPerUnit == Approx(before));
}

TEST_CASE("H shows how the wall itself is doing over everything, and takes it away again") {
    ArrangedWall wall;
    const Pane before = wall.area().root();
    QTest::keyClick(&wall.window, Qt::Key_H);
    CHECK(wall.window.isMaximised("health"));
    CHECK(wall.window.map().isHidden());
    QTest::keyClick(&wall.window, Qt::Key_H);
    CHECK_FALSE(wall.window.map().isHidden());
    CHECK(viewsOf(wall.area().root()) == viewsOf(before));
}

TEST_CASE("any arrangement can be shown at any size") {
    for (const QSize size : {QSize(1, 1), QSize(90, 1200), QSize(2560, 300)})
        for (const Workspace& workspace : builtInWorkspaces()) {
            WallWindow window{feeds::PopCatalogue::builtIn()};
            window.setWorkspace(workspace);
            window.resize(size);
            window.show();
            window.setFrame(tests::sampleFrame());
            QCoreApplication::processEvents();
            CHECK(window.grab().size() == size);
        }
}
