// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_legend.h"
#include "widgets/map/map_widget.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

struct ShownMap {
    MapWidget map{feeds::PopCatalogue::builtIn()};
    ShownMap() {
        map.resize(1200, 560);
        map.show();
        map.setFrame(tests::sampleFrame());
    }
    void wheel(QPointF at, int turns) {
        QWheelEvent event(at, map.mapToGlobal(at), {}, {0, 120 * turns}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&map, &event);
    }
};

} // namespace

TEST_CASE("the base map arrives by itself and is replaced by a crisp one after zooming") {
    ShownMap shown;
    QSignalSpy ready(&shown.map, &MapWidget::baseMapReady);
    CHECK_FALSE(shown.map.isCrisp());
    REQUIRE(ready.wait(20'000));
    CHECK(shown.map.isCrisp());
    shown.wheel({600, 280}, 3);
    CHECK_FALSE(shown.map.isCrisp());
    CHECK_FALSE(shown.map.grab().isNull()); // painted from what there is
    REQUIRE((shown.map.isCrisp() || ready.wait(20'000)));
    CHECK(shown.map.isCrisp());
}

TEST_CASE("the wheel zooms at the pointer, a double click and Ctrl+Home reset") {
    ShownMap shown;
    const MapView home = shown.map.view();
    const QPointF pointer(800, 150), world = home.toWorld(pointer);
    shown.wheel(pointer, 4);
    CHECK(shown.map.view().pixelsPerUnit > 2 * home.pixelsPerUnit);
    CHECK(shown.map.view().toWorld(pointer).x() == Approx(world.x()).margin(1e-6));
    CHECK(shown.map.view().toWorld(pointer).y() == Approx(world.y()).margin(1e-6));
    QTest::keyClick(&shown.map, Qt::Key_Home, Qt::ControlModifier);
    CHECK(shown.map.view() == home);
    QTest::keyClick(&shown.map, Qt::Key_Plus);
    CHECK(shown.map.view().pixelsPerUnit > home.pixelsPerUnit);
    QTest::mouseDClick(&shown.map, Qt::LeftButton, {}, {600, 300});
    CHECK(shown.map.view() == home);
}

TEST_CASE("dragging pans and selects nothing") {
    ShownMap shown;
    shown.wheel({600, 280}, 5);
    QSignalSpy selected(&shown.map, &MapWidget::popSelected),
        cleared(&shown.map, &MapWidget::selectionCleared);
    const MapView before = shown.map.view();
    QTest::mousePress(&shown.map, Qt::LeftButton, {}, {500, 200});
    QTest::mouseMove(&shown.map, {530, 210});
    QTest::mouseMove(&shown.map, {560, 230});
    QTest::mouseRelease(&shown.map, Qt::LeftButton, {}, {560, 230});
    const QPointF moved = shown.map.view().toScreen(before.toWorld({500, 200}));
    CHECK(moved.x() == Approx(560).margin(0.01));
    CHECK(moved.y() == Approx(230).margin(0.01));
    CHECK(selected.isEmpty());
    CHECK(cleared.isEmpty());
}

TEST_CASE("arrow keys look around") {
    ShownMap shown;
    shown.wheel({600, 280}, 5);
    const MapView before = shown.map.view();
    QTest::keyClick(&shown.map, Qt::Key_Right, Qt::ControlModifier);
    CHECK(shown.map.view().centre.x() > before.centre.x());
    QTest::keyClick(&shown.map, Qt::Key_Up);
    CHECK(shown.map.view().centre.y() > before.centre.y());
}

TEST_CASE("a click selects the PoP below it, a click on the sea clears") {
    ShownMap shown;
    QSignalSpy selected(&shown.map, &MapWidget::popSelected),
        cleared(&shown.map, &MapWidget::selectionCleared);
    const auto perth = shown.map.positionOf("PER");
    REQUIRE(perth);
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, perth->toPoint());
    REQUIRE(selected.size() == 1);
    CHECK(selected[0][0].toString() == QStringLiteral("PER"));
    QTest::mouseClick(&shown.map, Qt::LeftButton, {},
                      shown.map.view().toScreen({1.2, -0.75}).toPoint()); // the Indian Ocean
    CHECK(selected.size() == 1);
    CHECK(cleared.size() == 1);
    CHECK_FALSE(shown.map.positionOf("XQZ")); // unplaced
}

TEST_CASE("an unplaced PoP is listed on the map and can be selected there") {
    ShownMap shown;
    shown.map.grab();
    QSignalSpy selected(&shown.map, &MapWidget::popSelected);
    QTest::mouseClick(&shown.map, Qt::LeftButton, {},
                      (QPointF(1200 - 40, shown.map.view().size.height() - 22)).toPoint());
    REQUIRE(selected.size() == 1);
    CHECK(selected[0][0].toString() == QStringLiteral("XQZ"));
}

TEST_CASE("what is waited for is said in words") {
    feeds::FeedHealth health;
    CHECK(waitingText(health)[0] == QStringLiteral("No telemetry source is open"));
    health.endpoints = {{"tcp://*:5556", true, 0}, {"tcp://relay:5556", false, 2}};
    const QStringList lines = waitingText(health);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == QStringLiteral("Waiting for telemetry"));
    CHECK(lines[1] == QStringLiteral("on tcp://*:5556 (bound, no publisher connected)"));
    CHECK(lines[2] == QStringLiteral("on tcp://relay:5556 (2 publishers connected, nothing received yet)"));
}

TEST_CASE("the tooltip names place, numbers and age, and escapes what came from outside") {
    feeds::PopFrame pop = tests::fewNodesFrame()->pops[0];
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    const QString known = popTooltip(pop, catalogue);
    for (const char* part :
         {"FRA", "Frankfurt", "Europe", "184 /s", "7.0 %", "3 of 3", "0.6 s ago", "no data"})
        CHECK(known.contains(QString::fromUtf8(part)));
    pop.place.reset();
    pop.code = "<b>";
    const QString unknown = popTooltip(pop, catalogue);
    CHECK(unknown.contains(QStringLiteral("&lt;b&gt;")));
    CHECK(unknown.contains(QStringLiteral("unplaced")));
}
