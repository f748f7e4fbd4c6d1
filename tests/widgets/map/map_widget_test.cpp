// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/map/map_texts.h"
#include "widgets/map/map_widget.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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

/// What was emitted last.
feeds::Selection chosen(const QSignalSpy& spy) {
    return spy.isEmpty() ? feeds::Selection::pop("nothing") : spy.last()[0].value<feeds::Selection>();
}

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
    QSignalSpy selected(&shown.map, &MapWidget::selected);
    const MapView before = shown.map.view();
    QTest::mousePress(&shown.map, Qt::LeftButton, {}, {500, 200});
    QTest::mouseMove(&shown.map, {530, 210});
    QTest::mouseMove(&shown.map, {560, 230});
    QTest::mouseRelease(&shown.map, Qt::LeftButton, {}, {560, 230});
    const QPointF moved = shown.map.view().toScreen(before.toWorld({500, 200}));
    CHECK(moved.x() == Approx(560).margin(0.01));
    CHECK(moved.y() == Approx(230).margin(0.01));
    CHECK(selected.isEmpty());
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
    QSignalSpy selected(&shown.map, &MapWidget::selected);
    const auto perth = shown.map.positionOf("PER");
    REQUIRE(perth);
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, perth->toPoint());
    REQUIRE(selected.size() == 1);
    CHECK(chosen(selected) == feeds::Selection::pop("PER"));
    QTest::mouseClick(&shown.map, Qt::LeftButton, {},
                      shown.map.view().toScreen({1.2, -0.75}).toPoint()); // the Indian Ocean
    CHECK(chosen(selected) == feeds::Selection{});
    CHECK_FALSE(shown.map.positionOf("XQZ")); // unplaced
}

TEST_CASE("an unplaced PoP is listed on the map and can be selected there") {
    ShownMap shown;
    shown.map.grab();
    QSignalSpy selected(&shown.map, &MapWidget::selected);
    QTest::mouseClick(&shown.map, Qt::LeftButton, {},
                      (QPointF(1200 - 40, shown.map.view().size.height() - 22)).toPoint());
    REQUIRE(selected.size() == 1);
    CHECK(chosen(selected) == feeds::Selection::pop("XQZ"));
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

TEST_CASE("the board chooses a region, a second click lets it go") {
    ShownMap shown;
    QSignalSpy selected(&shown.map, &MapWidget::selected);
    const QPoint asia = shown.map.board().boxOf("AS").center().toPoint();
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, asia);
    CHECK(chosen(selected) == feeds::Selection::region("AS"));
    shown.map.setSelection(feeds::Selection::region("AS"));
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    shown.map.grab();
    MapScene scene = shown.map.scene();
    CHECK_FALSE(scene.labels().empty());
    const auto frame = tests::sampleFrame();
    for (const PopLabel& label : scene.labels()) {
        const auto place = *frame->pops[scene.markers()[label.marker].pop].place;
        CHECK(catalogue.regions()[catalogue[place].region.value] == "AS");
    }
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, asia);
    CHECK(chosen(selected).isWorld());
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, shown.map.board().boxOf("").center().toPoint());
    CHECK(chosen(selected).isWorld());
}

TEST_CASE("C and a click on the title go through the measures, D, G and O switch") {
    ShownMap shown;
    for (std::size_t i = 1; i <= kMapMetrics.size(); ++i) {
        QTest::keyClick(&shown.map, Qt::Key_C);
        CHECK(shown.map.options().metric == kMapMetrics[i % kMapMetrics.size()]);
        CHECK_FALSE(shown.map.grab().isNull());
    }
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, {40, 22});
    CHECK(shown.map.options().metric == MapMetric::hitRatio);
    QTest::keyClick(&shown.map, Qt::Key_D);
    CHECK(shown.map.options().size == DiscSize::egress);
    CHECK_FALSE(shown.map.scene().clusters().empty());
    QTest::keyClick(&shown.map, Qt::Key_G);
    CHECK(shown.map.scene().clusters().empty());
    QTest::keyClick(&shown.map, Qt::Key_O);
    CHECK_FALSE(shown.map.options().night);
    QTest::keyClick(&shown.map, Qt::Key_C, Qt::ControlModifier); // somebody else's
    CHECK(shown.map.options().metric == MapMetric::hitRatio);
}

TEST_CASE("a click on a cluster zooms in, and so does a double click") {
    ShownMap shown;
    QSignalSpy selected(&shown.map, &MapWidget::selected);
    const MapView home = shown.map.view();
    REQUIRE_FALSE(shown.map.scene().clusters().empty());
    MapScene scene = shown.map.scene();
    const PopCluster* open = nullptr; // one whose middle no disc covers
    for (const PopCluster& cluster : scene.clusters())
        if (scene.at(cluster.at).cluster)
            open =
                &shown.map.scene().clusters()[static_cast<std::size_t>(&cluster - scene.clusters().data())];
    REQUIRE(open);
    const QPoint at = open->at.toPoint();
    const std::size_t before = open->members.size();
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, at);
    CHECK(shown.map.view().pixelsPerUnit >= 2 * home.pixelsPerUnit);
    CHECK(selected.isEmpty());
    for (const PopCluster& cluster : shown.map.scene().clusters())
        CHECK(cluster.members.size() <= before);
    shown.map.setView(home);
    QTest::mouseClick(&shown.map, Qt::LeftButton, {}, at);
    QTest::mouseDClick(&shown.map, Qt::LeftButton, {}, at);
    CHECK(shown.map.view().pixelsPerUnit > home.pixelsPerUnit);
}

TEST_CASE("numbers do not change which PoPs are together") {
    const auto together = [](const MapWidget& map) {
        std::set<std::set<std::size_t>> groups;
        for (const PopCluster& cluster : map.scene().clusters()) {
            std::set<std::size_t> pops;
            for (const std::size_t member : cluster.members)
                pops.insert(map.scene().markers()[member].pop);
            groups.insert(pops);
        }
        return groups;
    };
    ShownMap shown;
    const auto before = together(shown.map);
    for (std::uint32_t seed = 2; seed < 6; ++seed) {
        tests::SampleOptions options;
        options.seed = seed;
        shown.map.setFrame(tests::sampleFrame(options));
        CHECK(together(shown.map) == before);
    }
    shown.map.setView(shown.map.view().panned({37.3, -11.8}));
    CHECK(together(shown.map) == before);
    shown.wheel({600, 280}, 14);
    CHECK(together(shown.map).size() < before.size());
}

TEST_CASE("the labels of critical PoPs stay when a cluster swallows them") {
    ShownMap shown;
    const auto frame = tests::sampleFrame();
    for (feeds::PopFrame& pop : frame->pops)
        pop.summary[feeds::Measure::saturation] = {pop.code == "DUS" || pop.code == "XQZ" ? 0.97 : 0.4,
                                                   feeds::Quality::measured};
    shown.map.setFrame(frame);
    MapScene scene = shown.map.scene();
    const PopMarker* marker = scene.markerOf("DUS");
    REQUIRE(marker);
    REQUIRE(marker->cluster);
    REQUIRE_FALSE(scene.labels().empty());
    CHECK(scene.labels()[0].text == QStringLiteral("DUS 97 %"));
    CHECK(scene.at(scene.labels()[0].box.center()).pop == marker->pop); // and can be clicked
}

TEST_CASE("a PoP that an alarm names stands there by its code: the alarm has a number of its own") {
    ShownMap shown;
    const auto frame = tests::sampleFrame();
    for (feeds::PopFrame& pop : frame->pops)
        pop.summary[feeds::Measure::saturation] = {pop.code == "PER" ? 0.42 : 0.3, feeds::Quality::measured};
    shown.map.setFrame(frame);
    const auto labelled = [&] {
        MapScene scene = shown.map.scene();
        QStringList texts;
        for (const PopLabel& label : scene.labels())
            texts.push_back(label.text);
        return texts;
    };
    CHECK(labelled().contains(QStringLiteral("PER 42 %"))); // of this second
    shown.map.setAlarms({{QStringLiteral("3 over 100 %, worst PER 157 %"), {"PER"}, false, true}});
    CHECK(labelled().contains(QStringLiteral("PER")));
    CHECK_FALSE(labelled().contains(QStringLiteral("PER 42 %")));
}

TEST_CASE("a PoP is searched for, selected and shown apart") {
    ShownMap shown;
    QSignalSpy selected(&shown.map, &MapWidget::selected);
    QTest::keyClick(&shown.map, Qt::Key_Slash);
    REQUIRE(shown.map.search().isVisible());
    auto* field = shown.map.findChild<QLineEdit*>();
    REQUIRE(field);
    QTest::keyClicks(field, QStringLiteral("o2 l "));
    CHECK(shown.map.options().night); // the keys are the field's
    QTest::keyClick(field, Qt::Key_Escape);
    CHECK_FALSE(shown.map.search().isVisible());
    CHECK(selected.isEmpty());

    QTest::keyClick(&shown.map, Qt::Key_F, Qt::ControlModifier);
    CHECK(field->text().isEmpty());
    QTest::keyClicks(field, QStringLiteral("frankf"));
    QTest::keyClick(field, Qt::Key_Return);
    CHECK_FALSE(shown.map.search().isVisible());
    CHECK(chosen(selected) == feeds::Selection::pop("FRA"));
    const QPointF at = shown.map.positionOf("FRA").value();
    CHECK(at.x() == Approx(shown.map.view().size.width() / 2).margin(1));
    CHECK(at.y() == Approx(shown.map.view().size.height() / 2).margin(1));
    double nearest = 1e9;
    for (const PopMarker& m : shown.map.scene().markers())
        if (const QPointF way = m.at - at; way.manhattanLength() > 0)
            nearest = std::min(nearest, std::hypot(way.x(), way.y()));
    CHECK(nearest >= 39);
    CHECK_FALSE(shown.map.scene().markerOf("FRA")->cluster);
}

TEST_CASE("the tooltip of a cluster lists its worst five") {
    ShownMap shown;
    const auto frame = tests::sampleFrame();
    const MapScene& scene = shown.map.scene();
    for (const PopCluster& cluster : scene.clusters()) {
        const QString tip = clusterTooltip(cluster, scene.markers(), *frame, scene.rules());
        CHECK(tip.contains(QStringLiteral("<b>%1 PoPs</b>").arg(cluster.count())));
        CHECK(tip.count(QStringLiteral("<tr>")) == std::min(5, cluster.count()));
        const auto& worst = frame->pops[scene.markers()[cluster.members[0]].pop];
        CHECK(tip.contains(QString::fromStdString(worst.code)));
    }
}

TEST_CASE("silent PoPs are marked above all else, in no cluster, and named") {
    ShownMap shown;
    shown.map.resize(1600, 760);
    const auto magenta = [&] {
        const QImage image = shown.map.grab().toImage();
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += QColor(image.pixel(x, y)) == colours().silent ? 1 : 0;
        return count;
    };
    const int counted = magenta(); // by the board, which needs no alarm
    shown.map.setAlarms(
        {{QStringLiteral("3 silent: LHR FRA GIG"), {"LHR", "FRA", "GIG", "nobody"}, true, true}});
    const int three = magenta();
    CHECK(three > counted + 3 * 100); // each square, without its cross
    for (const char* code : {"LHR", "FRA", "GIG"}) {
        const auto at = shown.map.positionOf(code);
        REQUIRE(at);
        const QImage image = shown.map.grab().toImage();
        CHECK(QColor(image.pixel(at->toPoint())) == colours().silentCross); // nothing covers it
    }
    shown.map.setAlarms({});
    CHECK(magenta() == counted);
}

TEST_CASE("more than a dozen silent PoPs of one alarm are an outline with their number, no carpet") {
    ShownMap shown;
    shown.map.resize(1600, 760);
    const auto frame = tests::sampleFrame();
    for (feeds::PopFrame& pop : frame->pops)
        if (pop.region == "EU") pop.freshness = feeds::Freshness::silent;
    shown.map.setFrame(frame);
    const auto crosses = [&] {
        const QImage image = shown.map.grab().toImage();
        int count = 0;
        for (const feeds::PopFrame& pop : frame->pops)
            if (const auto at = shown.map.positionOf(pop.code); at && pop.region == "EU")
                count += QColor(image.pixel(at->toPoint())) == colours().silentCross ? 1 : 0;
        return count;
    };
    const int before = crosses();
    shown.map.setAlarms({{QStringLiteral("Europe silent: 90 % of its nodes"), {"EU"}, true, true}});
    CHECK(crosses() <= before + 3);
    const QImage image = shown.map.grab().toImage();
    int magenta = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            magenta += QColor(image.pixel(x, y)) == colours().silent ? 1 : 0;
    CHECK(magenta > 600); // it is there
    CHECK(magenta < 0.02 * image.width() * image.height());
}

TEST_CASE("labels stay on their side while numbers change") {
    ShownMap shown;
    shown.map.grab();
    MapScene scene = shown.map.scene();
    const auto boxes = [&] {
        std::map<QString, QPointF> all;
        for (const PopLabel& label : scene.labels())
            all[label.text.section(u' ', 0, 0)] = label.box.center() - label.at;
        return all;
    };
    const auto before = boxes();
    REQUIRE_FALSE(before.empty());
    auto frame = tests::sampleFrame();
    for (feeds::PopFrame& pop : frame->pops)
        pop.summary[feeds::Measure::requests_per_second].value *= 0.98;
    scene.setFrame(frame);
    for (const auto& [code, offset] : boxes())
        if (const auto old = before.find(code); old != before.end()) {
            INFO(code.toStdString());
            CHECK((offset - old->second).manhattanLength() < 3);
        }
}
