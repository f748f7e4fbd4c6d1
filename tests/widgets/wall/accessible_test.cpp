// SPDX-License-Identifier: GPL-3.0-or-later
// The wall by keyboard alone, and for those who hear it.
#include "widgets/alarm/alarm_strip.h"
#include "widgets/base/palette.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/heat/lag_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/tiles/tile_widget.h"
#include "widgets/wall/line_box.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QLineEdit>
#include <QTest>

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

struct HeardWall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    HeardWall() {
        window.resize(1920, 1080);
        window.show();
        window.setTimeline(tests::sampleTimeline("playing"));
        auto status = std::make_shared<feeds::LiveStatus>();
        status->alarms.since = feeds::feedSecond(1'795'410'000);
        status->alarms.cards.resize(1);
        status->alarms.cards[0].text = "8 PoPs silent";
        window.setStatus(status);
        window.setFrame(tests::sampleFrame());
        settle();
    }
    void settle() {
        REQUIRE(QTest::qWaitFor([this] { return window.isSettled(); }, 20'000));
    }
    std::vector<QWidget*> all() {
        std::vector<QWidget*> widgets{&window};
        for (QWidget* child : window.findChildren<QWidget*>())
            widgets.push_back(child);
        return widgets;
    }
};

} // namespace

TEST_CASE("whatever takes the focus has a name that can be heard") {
    HeardWall wall;
    QTest::keyClick(&wall.window.map(), Qt::Key_Slash); // its field
    wall.window.askForName(wall.window.mapToGlobal(QPoint(100, 100)));
    QTest::keyClick(&wall.window, Qt::Key_A);
    int fields = 0;
    for (const QWidget* widget : wall.all()) {
        if (widget->focusPolicy() == Qt::NoFocus) continue;
        INFO(widget->metaObject()->className());
        CHECK_FALSE(widget->accessibleName().isEmpty());
        fields += qobject_cast<const QLineEdit*>(widget) != nullptr;
    }
    CHECK(fields >= 2);
}

TEST_CASE("Tab leads through all that is to be seen and back, and it is seen where one is") {
    HeardWall wall;
    wall.window.activateWindow();
    REQUIRE(QTest::qWaitForWindowActive(&wall.window));
    std::vector<QWidget*> visited;
    if (wall.window.focusWidget()) visited.push_back(wall.window.focusWidget()); // the first
    for (int i = 0; i < 60; ++i) {
        QTest::keyClick(wall.window.focusWidget() ? wall.window.focusWidget() : &wall.window, Qt::Key_Tab);
        QWidget* now = wall.window.focusWidget();
        REQUIRE(now);
        if (std::ranges::find(visited, now) != visited.end()) break;
        visited.push_back(now);
    }
    const auto position = [&](const QWidget& widget) {
        return std::ranges::find(visited, &widget) - visited.begin();
    };
    const auto count = static_cast<std::ptrdiff_t>(visited.size());
    for (const QWidget* widget :
         {static_cast<QWidget*>(&wall.window.map()), static_cast<QWidget*>(&wall.window.heat()),
          static_cast<QWidget*>(&wall.window.chart("requests")),
          static_cast<QWidget*>(&wall.window.chart("metadata"))})
        CHECK(position(*widget) < count);
    CHECK(position(wall.window.map()) < position(wall.window.heat()));
    CHECK(position(wall.window.chart("requests")) < position(wall.window.chart("egress")));
    CHECK(position(*wall.window.findChild<AlarmStrip*>()) < count);
    for (QWidget* widget : visited) {
        INFO(widget->metaObject()->className());
        CHECK_FALSE(widget->accessibleDescription().isEmpty());
        widget->setFocus(Qt::TabFocusReason);
        const QImage with = widget->grab().toImage();
        widget->clearFocus();
        CHECK(with != widget->grab().toImage());
    }
}

TEST_CASE("views say their present state in words") {
    HeardWall wall;
    const auto said = [](const QWidget& widget) { return widget.accessibleDescription(); };
    CHECK(said(wall.window.alarms()).contains(QStringLiteral("8 PoPs silent")));
    CHECK(said(wall.window.map()).contains(QStringLiteral("at 90 % and more")));
    CHECK(said(wall.window.chart("requests")).contains(QStringLiteral("Europe ")));
    CHECK(said(wall.window.chart("requests")).contains(QStringLiteral("/s")));
    CHECK(said(wall.window.heat()).contains(QStringLiteral("worst ")));
    wall.window.focus().select(feeds::Selection::pop("LHR"));
    wall.window.setFrame(tests::sampleFrame({.serial = 2}));
    wall.settle();
    CHECK(said(wall.window.map()).contains(QStringLiteral("LHR  London, Europe")));
    const auto tiles = wall.window.findChildren<TileWidget*>();
    REQUIRE(tiles.size() == 6);
    for (const TileWidget* tile : tiles) {
        CHECK_FALSE(tile->accessibleName().isEmpty());
        CHECK_FALSE(tile->accessibleDescription().isEmpty());
    }
}

TEST_CASE("rows of the lag heatmap are chosen and selected by keys") {
    HeardWall wall;
    HeatWidget& heat = wall.window.heat();
    const std::string second = wall.window.frame()->heat.rows.at(1);
    heat.setFocus(Qt::TabFocusReason);
    for (const int key : {Qt::Key_Down, Qt::Key_Down, Qt::Key_Return})
        QTest::keyClick(&heat, static_cast<Qt::Key>(key));
    CHECK(wall.window.focus().selection() == feeds::Selection::pop(second));
}

TEST_CASE("keys of the view with the focus come before the table's, and after those of an open list") {
    HeardWall wall;
    LineChart& chart = wall.window.chart("requests");
    chart.setFocus(Qt::TabFocusReason);
    QTest::keyClick(&chart, Qt::Key_Up);
    QTest::keyClick(&chart, Qt::Key_Return);
    CHECK(chart.hiddenNames().size() == 1);
    QTest::keyClick(&chart, Qt::Key_A);
    QTest::keyClick(&chart, Qt::Key_Return); // acknowledges; nothing else
    CHECK(chart.hiddenNames().size() == 1);
}

TEST_CASE("on the overview a selected PoP's details stand on the map, and hide it not") {
    HeardWall wall;
    CHECK(wall.window.map().detailBox().isEmpty());
    for (const char* code : {"LHR", "SYD", "GRU", "SEA", "NRT"}) {
        wall.window.focus().select(feeds::Selection::pop(code));
        const QRectF box = wall.window.map().detailBox();
        INFO(code);
        REQUIRE_FALSE(box.isEmpty());
        CHECK_FALSE(box.contains(*wall.window.map().positionOf(code)));
        CHECK(QRectF(wall.window.map().rect()).contains(box));
        CHECK(box.bottom() <= wall.window.map().board().boxOf("").top());
    }
    const QPointF middle = wall.window.map().detailBox().center(); // nothing beneath it is meant
    QTest::mouseClick(&wall.window.map(), Qt::LeftButton, {}, middle.toPoint());
    CHECK(wall.window.focus().selection() == feeds::Selection::pop("NRT"));
    wall.window.focus().select({});
    CHECK(wall.window.map().detailBox().isEmpty());
    // Where the table shows them it does not.
    QTest::keyClick(&wall.window, Qt::Key_2, Qt::ControlModifier);
    wall.window.setFrame(tests::sampleFrame({.serial = 3}));
    wall.settle();
    wall.window.focus().select(feeds::Selection::pop("LHR"));
    CHECK(wall.window.map().detailBox().isEmpty());
    CHECK_FALSE(wall.window.table().detailRect().isEmpty());
}
