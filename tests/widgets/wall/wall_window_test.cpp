// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/map/map_widget.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>

#include <utility>
#include <vector>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

struct Wall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    explicit Wall(const std::shared_ptr<const feeds::Frame>& frame, QSize size = {1920, 1080}) {
        window.resize(size);
        window.show();
        window.setFrame(frame);
        REQUIRE(QTest::qWaitFor([this] { return window.isSettled(); }, 20'000));
    }
};

} // namespace

TEST_CASE("how old a report is when its picture is there is told of each second once, and live only") {
    const auto live = [](std::chrono::milliseconds ago) {
        auto frame = tests::sampleFrame();
        frame->mode = feeds::FeedMode::live;
        frame->health.settledReportAt = feeds::SystemClock().steady() - ago;
        return frame;
    };
    const auto frame = live(std::chrono::milliseconds(70));
    Wall wall(frame);
    const auto count = [&] { return wall.window.pictureDelays().count; };
    REQUIRE(QTest::qWaitFor([&] { return count() > 0; }, 20'000));
    CHECK(count() == 1);
    CHECK(wall.window.pictureDelays().p50 >= 70);
    const auto painted = [&](const std::shared_ptr<const feeds::Frame>& next) {
        wall.window.takePaintTimes();
        wall.window.setFrame(next);
        return QTest::qWaitFor([&] { return wall.window.takePaintTimes().count > 0; }, 20'000);
    };
    REQUIRE(painted(frame)); // ages are told anew ten times a second
    CHECK(count() == 1);
    REQUIRE(painted(live(std::chrono::milliseconds(5))));
    CHECK(QTest::qWaitFor([&] { return count() == 2; }, 20'000));
    auto rehearsed = live(std::chrono::milliseconds(5));
    rehearsed->mode = feeds::FeedMode::rehearsal;
    REQUIRE(painted(rehearsed));
    CHECK(count() == 0);
}

TEST_CASE("the keys 1 to 6 ask for other ranges") {
    Wall wall(tests::sampleFrame());
    QSignalSpy asked(&wall.window, &WallWindow::viewRequestChanged);
    QTest::keyClick(&wall.window.map(), Qt::Key_4);
    REQUIRE(asked.wait(5'000));
    CHECK(wall.window.viewRequest().range == std::chrono::hours(3));
    QTest::keyClick(&wall.window.map(), Qt::Key_1);
    REQUIRE(asked.wait(5'000));
    CHECK(wall.window.viewRequest().range == std::chrono::minutes(5));
}

TEST_CASE("as long as there is less data than the range is long, the range asked for is that of the data") {
    const auto frame = tests::sampleFrame();
    Wall wall(frame);
    feeds::Timeline timeline;
    timeline.empty = false;
    timeline.begin = *frame->settled - std::chrono::seconds(118);
    timeline.end = *frame->settled;
    wall.window.setTimeline(timeline);
    wall.window.focus().setRange({std::chrono::minutes(15), std::nullopt, Reach::data});
    CHECK(wall.window.viewRequest().range == std::chrono::seconds(120));
    QSignalSpy asked(&wall.window, &WallWindow::viewRequestChanged);
    REQUIRE(asked.wait(5'000));
    auto later = std::make_shared<feeds::Frame>(*frame);
    *later->settled += std::chrono::seconds(100);
    wall.window.setFrame(later);
    REQUIRE(asked.wait(5'000));
    CHECK(wall.window.viewRequest().range == std::chrono::seconds(220));
    timeline.begin -= std::chrono::hours(1);
    wall.window.setTimeline(timeline);
    CHECK(wall.window.viewRequest().range == std::chrono::minutes(15));
    QTest::keyClick(&wall.window, Qt::Key_0);
    CHECK(wall.window.viewRequest().range > std::chrono::hours(1));
    QTest::keyClick(&wall.window, Qt::Key_7);
    CHECK(wall.window.viewRequest().range == std::chrono::seconds(930)); // T+00:14:14 and a minute
}

TEST_CASE("E, Shift+E and Ctrl+C ask for exports, and for the same view again") {
    Wall wall(tests::sampleFrame());
    std::vector<std::pair<ExportView, ExportFormats>> asked;
    QObject::connect(&wall.window, &WallWindow::exportRequested, &wall.window,
                     [&asked](ExportView view, ExportFormats formats) { asked.emplace_back(view, formats); });
    QTest::mouseMove(&wall.window.map());
    QTest::mouseMove(&wall.window.map(), wall.window.map().rect().center() + QPoint(1, 1));
    QTest::keyClick(&wall.window.map(), Qt::Key_E);
    QTest::keyClick(&wall.window.map(), Qt::Key_E, Qt::ShiftModifier);
    QTest::keyClick(&wall.window.map(), Qt::Key_C, Qt::ControlModifier);
    QTest::keyClick(&wall.window.map(), Qt::Key_C); // without Ctrl it is the map's
    REQUIRE(asked.size() == 3);
    CHECK(asked[0] == std::pair(ExportView::map, ExportFormats(ExportFormat::png)));
    CHECK(asked[1].second == (ExportFormat::svg | ExportFormat::pdf | ExportFormat::csv));
    CHECK(asked[2].second == ExportFormats(ExportFormat::clipboard));
}

TEST_CASE("a view that is closed can be exported, at a sensible size and with the frame") {
    Wall wall(tests::sampleFrame());
    const auto frame = tests::sampleFrame();
    for (const ExportView view : {ExportView::health, ExportView::map, ExportView::metadata}) {
        INFO(viewName(view));
        wall.window.arrangement().close(std::string(viewName(view)));
        QWidget& closed = wall.window.exported(view);
        CHECK(closed.isHidden());
        CHECK(closed.size() == QSize(960, 540));
        CHECK(wall.window.exported(view, QSize(700, 400)).size() == QSize(700, 400));
    }
    CHECK(wall.window.map().view().size.width() == 700);
    CHECK(wall.window.map().scene().markers().size() > 300);
}

TEST_CASE("a view on the screen is as before once its picture is painted, whatever size that has") {
    Wall wall(tests::sampleFrame());
    LineChart& chart = wall.window.chart("requests");
    const QRect place = chart.geometry();
    const double scale = chart.scale();
    CHECK(wall.window.exported(ExportView::requests, QSize(1600, 850)).size() == QSize(1600, 850));
    wall.window.endExport();
    CHECK(chart.geometry() == place);
    CHECK(chart.scale() == scale);
}

TEST_CASE("a zoomed chart says which range it shows, and its picture, too") {
    Wall wall(tests::sampleFrame());
    LineChart& chart = wall.window.chart("requests");
    CHECK(chart.subtitle() == QStringLiteral("requests/s"));
    const auto frame = wall.window.frame();
    wall.window.focus().setRange({std::chrono::minutes(15), *frame->settled});
    CHECK(chart.subtitle() == QStringLiteral("zoomed: T−00:02:26 to T+00:12:34 · requests/s"));
    CHECK(wall.window.heat().subtitle().startsWith(QStringLiteral("zoomed: T−")));
    wall.window.focus().toNow();
    CHECK(chart.subtitle() == QStringLiteral("requests/s"));
}

TEST_CASE("a click on the map selects and asks for the PoP's nodes, Esc takes it back") {
    Wall wall(tests::sampleFrame());
    QSignalSpy requests(&wall.window, &WallWindow::viewRequestChanged);
    const auto perth = wall.window.map().positionOf("PER");
    REQUIRE(perth);
    QTest::mouseClick(&wall.window.map(), Qt::LeftButton, {}, perth->toPoint());
    CHECK(wall.window.focus().selection() == feeds::Selection::pop("PER"));
    REQUIRE(requests.wait(5000));
    CHECK(wall.window.viewRequest().selection == feeds::Selection::pop("PER"));

    wall.window.map().setFocus();
    QTest::keyClick(&wall.window.map(), Qt::Key_Escape); // reaches the window from a child
    CHECK(wall.window.focus().selection().isWorld());
    REQUIRE(requests.wait(5000));
    CHECK(wall.window.viewRequest().selection.isWorld());
    CHECK(requests.size() == 2);
}

TEST_CASE("a click on a row of the heatmap selects, a click on the sea clears") {
    const auto frame = tests::sampleFrame();
    Wall wall(frame);
    HeatWidget& heat = wall.window.heat();
    QTest::mouseClick(&heat, Qt::LeftButton, {}, (heat.plotRect().topLeft() + QPointF(100, 2)).toPoint());
    CHECK(wall.window.focus().selection() == feeds::Selection::pop(frame->heat.rows[0]));
    MapWidget& map = wall.window.map();
    QPointF sea = map.view().toScreen({1.2, -0.75});
    if (map.detailBox().contains(sea)) sea = map.view().toScreen({-2.3, -0.6}); // of the selected PoP
    QTest::mouseClick(&map, Qt::LeftButton, {}, sea.toPoint());
    CHECK(wall.window.focus().selection().isWorld());
}

TEST_CASE("the window asks for as much as it has pixels") {
    Wall small(tests::sampleFrame(), {1280, 720}), large(tests::sampleFrame(), {1920, 1080});
    const feeds::ViewRequest a = small.window.viewRequest(), b = large.window.viewRequest();
    CHECK(a.chartColumns < b.chartColumns);
    CHECK(b.chartColumns <= 600);
    CHECK(b.chartColumns >= 400);
    CHECK(b.heatRows >= 10);
    CHECK(b.range == std::chrono::minutes(15));
    QSignalSpy requests(&small.window, &WallWindow::viewRequestChanged);
    small.window.focus().setRange({std::chrono::minutes(60), std::nullopt});
    REQUIRE(requests.wait(5000));
    CHECK(small.window.viewRequest().range == std::chrono::minutes(60));
    CHECK(small.window.scale() == Approx(720 / 1080.0));
}

TEST_CASE("each frame repaints, in pieces, and the times are told") {
    Wall wall(tests::sampleFrame());
    wall.window.takePaintTimes();
    tests::SampleOptions options;
    options.serial = 2;
    wall.window.setFrame(tests::sampleFrame(options));
    CHECK_FALSE(wall.window.isSettled());
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    const PaintTimes times = wall.window.takePaintTimes();
    CHECK(times.count >= 4); // not all at once
    CHECK(times.max >= times.median);
    CHECK(times.median > 0);
}

TEST_CASE("a new epoch drops what the charts remembered") {
    const auto before = tests::sampleFrame();
    Wall wall(before);
    const double top = wall.window.chart("requests").axisScale().top();
    const auto after = tests::fewNodesFrame();
    after->epoch = before->epoch + 1;
    for (feeds::PartSeries& region : after->parts)
        std::fill(region.series[feeds::Measure::requests_per_second].begin(),
                  region.series[feeds::Measure::requests_per_second].end(), 180.0F);
    wall.window.setFrame(after);
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    CHECK(top >= 40e6);
    CHECK(wall.window.chart("requests").axisScale().top() == Approx(200));
}

TEST_CASE("frames that are empty, odd or inconsistent can be shown at any size") {
    auto frame = tests::sampleFrame();
    frame->heat.lagUs.resize(3);
    frame->parts[0].series[feeds::Measure::requests_per_second].resize(2);
    frame->series = {};
    frame->baseline->series = {};
    frame->lag.share.resize(5);
    frame->pops[0].place = feeds::PopIndex(100'000);
    for (const QSize size : {QSize(1, 1), QSize(200, 3000), QSize(2560, 400)}) {
        for (const auto& shown :
             {frame, tests::emptyFrame(), tests::fewNodesFrame(), std::make_shared<feeds::Frame>()}) {
            WallWindow window{feeds::PopCatalogue::builtIn()};
            window.resize(size);
            window.show();
            window.setFrame(nullptr);
            window.setFrame(shown);
            window.focus().select(feeds::Selection::pop("XQZ"));
            QCoreApplication::processEvents();
            CHECK(window.grab().size() == size);
        }
    }
}

TEST_CASE("one crosshair goes through all views, and leaves with the pointer") {
    const auto frame = tests::sampleFrame();
    Wall wall(frame);
    LineChart& requests = wall.window.chart("requests");
    const QRectF plot = requests.plotRect();
    const QImage before = wall.window.chart("metadata").grab().toImage();
    QTest::mouseMove(&requests, plot.center().toPoint());
    const auto at = wall.window.focus().crosshair();
    REQUIRE(at);
    const auto range = frame->chartAxis.columns * frame->chartAxis.step;
    CHECK(std::abs(static_cast<double>((frame->chartAxis.end - *at).count()) -
                   static_cast<double>(range.count()) / 2) <=
          2 * static_cast<double>(range.count()) / plot.width());
    CHECK(wall.window.chart("metadata").grab().toImage() != before);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(&requests, &leave);
    CHECK_FALSE(wall.window.focus().crosshair());
    CHECK(wall.window.chart("metadata").grab().toImage() == before);
}

TEST_CASE("dragging in a chart zooms all views, Backspace goes back, a double click to now") {
    const auto frame = tests::sampleFrame();
    Wall wall(frame);
    HeatWidget& heat = wall.window.heat();
    const QRectF plot = heat.plotRect();
    const QPoint from(qRound(plot.left() + plot.width() * 0.25), qRound(plot.center().y()));
    const QPoint to(qRound(plot.left() + plot.width() * 0.75), qRound(plot.center().y()));
    QTest::mousePress(&heat, Qt::LeftButton, {}, from);
    QMouseEvent move(QEvent::MouseMove, to, heat.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&heat, &move);
    QTest::mouseRelease(&heat, Qt::LeftButton, {}, to);
    CHECK(wall.window.focus().selection().isWorld()); // a drag is no click
    const TimeRange zoomed = wall.window.focus().range();
    REQUIRE(zoomed.until);
    const auto whole = frame->heat.axis.columns * frame->heat.axis.step;
    CHECK(std::abs(static_cast<double>(zoomed.length.count()) / static_cast<double>(whole.count()) - 0.5) <
          0.02);
    CHECK(std::abs((frame->heat.axis.end - *zoomed.until).count() - whole.count() / 4) < 10);
    CHECK(wall.window.viewRequest().until == zoomed.until);

    QTest::keyClick(&wall.window, Qt::Key_Backspace);
    CHECK_FALSE(wall.window.focus().range().until);
    QTest::keyClick(&wall.window, Qt::Key_Backspace, Qt::ShiftModifier);
    CHECK(wall.window.focus().range() == zoomed);
    QTest::mouseDClick(&heat, Qt::LeftButton, {}, from);
    CHECK(wall.window.focus().range() == TimeRange{});
}

TEST_CASE("T says times since the release, by the clock and as ago") {
    Wall wall(tests::sampleFrame());
    LineChart& chart = wall.window.chart("requests");
    CHECK(chart.timeWords().text == TimeText::sinceRelease);
    QTest::keyClick(&wall.window, Qt::Key_T);
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    CHECK(chart.timeWords().text == TimeText::clock);
    QTest::keyClick(&wall.window, Qt::Key_T);
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    CHECK(chart.timeWords().text == TimeText::ago);
    CHECK_FALSE(chart.timeWords().localZone);
}

TEST_CASE("titles say what is selected") {
    auto frame = tests::sampleFrame();
    frame->selection = feeds::Selection::region("EU");
    Wall wall(frame);
    CHECK(wall.window.chart("requests").title() == QStringLiteral("Requests by PoP, Europe"));
    CHECK(wall.window.chart("metadata").title() == QStringLiteral("Metadata latency, Europe"));
    CHECK(wall.window.heat().title() == QStringLiteral("Invalidation lag p99, Europe"));
    frame = tests::sampleFrame();
    frame->selection = feeds::Selection::pop("LHR");
    wall.window.setFrame(frame);
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    CHECK(wall.window.chart("egress").title() == QStringLiteral("Egress, LHR"));
}

TEST_CASE("B sets T-0 to the crosshair, for views and timeline, Shift+B takes it back") {
    const auto frame = tests::sampleFrame();
    Wall wall(frame);
    QTest::keyClick(&wall.window, Qt::Key_B); // no crosshair: nothing happens
    CHECK_FALSE(wall.window.viewRequest().releaseAt);
    const feeds::FeedSecond at = *frame->settled - std::chrono::seconds(300);
    wall.window.focus().setCrosshair(at);
    QTest::keyClick(&wall.window, Qt::Key_B);
    CHECK(wall.window.viewRequest().releaseAt == at);
    wall.window.setTimeline({});
    CHECK(wall.window.timeline().timeline().releaseAt == at);
    QTest::keyClick(&wall.window, Qt::Key_B, Qt::ShiftModifier);
    CHECK_FALSE(wall.window.viewRequest().releaseAt);
    wall.window.setTimeline({});
    CHECK_FALSE(wall.window.timeline().timeline().releaseAt);
}
