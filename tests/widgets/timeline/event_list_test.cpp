// SPDX-License-Identifier: GPL-3.0-or-later
// Events, alarms and notes: on the bar, in the list, and what people write.
#include "widgets/base/palette.h"
#include "widgets/timeline/alarm_lane.h"
#include "widgets/timeline/event_list.h"
#include "widgets/timeline/timeline_renderer.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/line_box.h"
#include "widgets/wall/notices.h"
#include "widgets/wall/wall_desk.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QLineEdit>
#include <QPainter>
#include <QTest>

using namespace surgescope;
using namespace surgescope::widgets;
using feeds::AlarmBar;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

AlarmBar barOf(std::uint64_t card, feeds::FeedSecond from, std::optional<feeds::FeedSecond> to,
               feeds::Severity severity, const std::string& text) {
    return {.card = card,
            .severity = severity,
            .text = text,
            .pieces = {{from, AlarmBar::Look::pending},
                       {from + seconds(3), AlarmBar::Look::unacked},
                       {from + minutes(2), AlarmBar::Look::acked}},
            .to = to};
}

feeds::Timeline alarmedTimeline() {
    auto t = tests::sampleTimeline("playing");
    const auto release = *t.releaseAt;
    t.alarms = {
        barOf(1, release + minutes(3), release + minutes(9), feeds::Severity::critical, "8 PoPs silent"),
        barOf(2, release + minutes(4), std::nullopt, feeds::Severity::critical, "Metadata p95 524 ms"),
        barOf(3, release + minutes(5), release + minutes(6), feeds::Severity::warning, "2 PoPs over 90 %")};
    t.alarms[0].isSilence = true;
    t.notes = {{.id = 41,
                .from = release + minutes(7),
                .to = release + minutes(8),
                .by = "anna",
                .text = "NOC called"}};
    return t;
}

struct NotedWall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    std::vector<feeds::Note> written;
    std::vector<feeds::Timeline::Time> jumps;
    feeds::Timeline timeline = alarmedTimeline();

    NotedWall() {
        window.resize(1920, 1080);
        window.desk().setPerson(QStringLiteral("anna"));
        QObject::connect(&window.desk(), &WallDesk::noteWritten, &window,
                         [this](const feeds::Note& note) { written.push_back(note); });
        QObject::connect(&window.timeline(), &TimelineWidget::seekRequested, &window,
                         [this](feeds::Timeline::Time to) { jumps.push_back(to); });
        window.show();
        window.setFrame(tests::sampleFrame());
        window.setTimeline(timeline);
    }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&window, static_cast<Qt::Key>(key), modifiers);
    }
    void type(const QString& text) {
        auto* box = window.findChild<LineBox*>();
        REQUIRE(box);
        auto* line = box->findChild<QLineEdit*>();
        REQUIRE(line);
        line->setText(text);
        QTest::keyClick(line, Qt::Key_Return);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    const EventList& list() { return window.desk().eventList(); }
};

} // namespace

TEST_CASE("alarms have bars in rows of the lane, the critical ones first, and none covers another") {
    auto t = alarmedTimeline();
    const TimelineLayout layout({1920, 60}, 1);
    const auto scale = scaleOf(t, layout);
    const auto placed = placeBars(t, scale, layout.track, 1);
    REQUIRE(placed.size() == 3);
    CHECK(placed[0].alarm == 0);
    CHECK(placed[2].alarm == 2); // a warning, so the lowest
    for (std::size_t i = 0; i < placed.size(); ++i) {
        CHECK(layout.track.contains(placed[i].box));
        for (std::size_t j = 0; j < i; ++j)
            CHECK_FALSE(placed[i].box.intersects(placed[j].box));
    }
    CHECK(placed[1].box.right() == Approx(scale.xOf(t.end))); // still there
    t.judgedTo = *t.releaseAt + minutes(6);                   // and nobody knows for how long
    CHECK(placeBars(t, scale, layout.track, 1)[1].box.right() == Approx(scale.xOf(*t.judgedTo)));
    // Those that follow one another share a row.
    t.alarms = {t.alarms[0],
                barOf(4, *t.releaseAt + minutes(20), std::nullopt, feeds::Severity::critical, "again")};
    const auto one = placeBars(t, scale, layout.track, 1);
    REQUIRE(one.size() == 2);
    CHECK(one[0].box.top() == one[1].box.top());

    const auto drawn = [&](const feeds::Timeline& timeline) {
        QImage image(layout.whole.size().toSize(), QImage::Format_RGB32);
        QPainter painter(&image);
        paintTimeline(painter, timeline, layout, {});
        return image;
    };
    const auto image = drawn(t);
    const auto y = static_cast<int>(one[0].box.center().y());
    const auto at = [&](seconds since) {
        return QColor(image.pixel(static_cast<int>(scale.xOf(*t.releaseAt + since)), y));
    };
    CHECK(at(minutes(4)) == colours().silent); // nobody has acknowledged it
    CHECK(at(minutes(7)) != colours().silent); // somebody has
    CHECK(at(minutes(7)) != at(minutes(12)));  // and then it was gone
}

TEST_CASE("more alarms at once than there are rows are all painted") {
    auto t = alarmedTimeline();
    t.alarms.clear();
    for (std::uint64_t i = 0; i < 400; ++i)
        t.alarms.push_back(
            barOf(i, *t.releaseAt + seconds(i), std::nullopt, feeds::Severity::warning, "one"));
    const TimelineLayout layout({1920, 60}, 1);
    CHECK(placeBars(t, scaleOf(t, layout), layout.track, 1).size() == 400);
}

TEST_CASE("the list tells all that happened, the newest first, and leads there") {
    NotedWall wall;
    wall.press(Qt::Key_J);
    REQUIRE(wall.list().isVisible());
    const auto rows = wall.list().rows();
    CHECK(rows.size() ==
          wall.timeline.events.size() + wall.timeline.alarms.size() + wall.timeline.notes.size());
    CHECK(std::ranges::is_sorted(rows, std::greater(), [](const EventRow* row) { return row->at; }));
    CHECK(!wall.window.grab().isNull());

    wall.press(Qt::Key_F); // alarms
    REQUIRE(wall.list().rows().size() == 3);
    CHECK(wall.list().chosen()->text == "2 PoPs over 90 %");
    wall.press(Qt::Key_S);
    CHECK(wall.list().rows().front()->text == "8 PoPs silent");
    wall.press(Qt::Key_Home);
    wall.press(Qt::Key_Return);
    CHECK(wall.list().isHidden());
    REQUIRE(wall.jumps.size() == 1);
    CHECK(wall.jumps[0] == feeds::Timeline::Time(*wall.timeline.releaseAt + minutes(3) + seconds(3)));
}

TEST_CASE("the list finds what is looked for, and keeps what is chosen while more comes") {
    NotedWall wall;
    wall.press(Qt::Key_J);
    wall.press(Qt::Key_Slash);
    wall.type(QStringLiteral("noc"));
    REQUIRE(wall.list().rows().size() == 1);
    CHECK(wall.list().rows().front()->by == "anna");
    wall.press(Qt::Key_Slash);
    wall.type({}); // Enter in an empty line looks for everything again
    wall.press(Qt::Key_Home);
    for (int i = 0; i < 3; ++i)
        wall.press(Qt::Key_Down);
    const auto chosen = *wall.list().chosen();
    wall.timeline.events.push_back({std::chrono::floor<seconds>(wall.timeline.end), "purge", "the newest"});
    wall.window.setTimeline(wall.timeline);
    CHECK(*wall.list().chosen() == chosen);
    CHECK(wall.list().rows().front()->text == "the newest");
}

TEST_CASE("a note is written at the crosshair, changed and removed") {
    NotedWall wall;
    const auto at = *wall.timeline.releaseAt + minutes(11);
    wall.window.focus().setCrosshair(at);
    wall.press(Qt::Key_N, Qt::ControlModifier);
    wall.type(QStringLiteral("steered to PRG"));
    REQUIRE(wall.written.size() == 1);
    CHECK(wall.written[0].text == "steered to PRG");
    CHECK(wall.written[0].by == "anna");
    CHECK(wall.written[0].from == at);
    CHECK(wall.written[0].isMoment());
    CHECK(!feeds::whyNot(wall.written[0]));

    wall.press(Qt::Key_J);
    wall.press(Qt::Key_F);
    wall.press(Qt::Key_F);                  // notes
    CHECK(wall.list().chosen()->note == 0); // a publisher's: nobody here wrote it
    wall.press(Qt::Key_Return, Qt::ShiftModifier);
    CHECK(!wall.window.findChild<LineBox*>());
    while (wall.list().chosen() != wall.list().rows().back() && wall.list().chosen()->note == 0)
        wall.press(Qt::Key_Down);
    REQUIRE(wall.list().chosen()->note == 41);
    wall.press(Qt::Key_Return, Qt::ShiftModifier);
    wall.type(QStringLiteral("NOC called twice"));
    REQUIRE(wall.written.size() == 2);
    CHECK(wall.written[1].id == 41);
    CHECK(wall.written[1].text == "NOC called twice");
    CHECK(wall.written[1].to == wall.timeline.notes[0].to);
    wall.press(Qt::Key_Delete);
    REQUIRE(wall.written.size() == 3);
    CHECK(wall.written[2].id == 41);
    CHECK(wall.written[2].isRemoved);
}

TEST_CASE("without a crosshair a note is of the range that loops, else of what is shown") {
    NotedWall wall;
    wall.press(Qt::Key_N, Qt::ControlModifier);
    wall.type(QStringLiteral("here"));
    REQUIRE(wall.written.size() == 1);
    CHECK(wall.written[0].from == std::chrono::floor<seconds>(wall.timeline.position));
    wall.timeline.loop = {{wall.timeline.begin + minutes(1), wall.timeline.begin + minutes(2)}};
    wall.window.setTimeline(wall.timeline);
    wall.press(Qt::Key_N, Qt::ControlModifier);
    wall.type(QStringLiteral("this minute"));
    REQUIRE(wall.written.size() == 2);
    CHECK(wall.written[1].to - wall.written[1].from == seconds(60));
}

TEST_CASE("T-0 set by hand is announced, noted and taken back") {
    NotedWall wall;
    wall.press(Qt::Key_B); // there is no crosshair
    CHECK(wall.window.notices().text().contains(QStringLiteral("crosshair")));
    const auto at = *wall.timeline.releaseAt + minutes(11);
    wall.window.focus().setCrosshair(at);
    wall.press(Qt::Key_B);
    CHECK(wall.window.viewRequest().releaseAt == at);
    CHECK(wall.window.notices().text().contains(QStringLiteral("T-0 set by hand to")));
    CHECK(wall.window.notices().text().contains(QStringLiteral("Ctrl+Z")));
    REQUIRE(wall.written.size() == 1);
    CHECK(wall.written[0].text == "T-0 set by hand");
    CHECK(wall.written[0].from == at);
    wall.timeline.notes = wall.written;
    wall.window.setTimeline(wall.timeline);
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(!wall.window.viewRequest().releaseAt);
    REQUIRE(wall.written.size() == 2);
    CHECK(wall.written[1].id == wall.written[0].id);
    CHECK(wall.written[1].isRemoved);
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(wall.window.notices().text().contains(QStringLiteral("Nothing to take back")));
}

TEST_CASE("a view that was closed comes back") {
    NotedWall wall;
    REQUIRE(wall.window.arrangement().isPlaced("map"));
    const auto before = wall.window.workspace();
    wall.window.closeView("map");
    CHECK(!wall.window.arrangement().isPlaced("map"));
    CHECK(wall.window.notices().text().contains(QStringLiteral("Ctrl+Z")));
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(wall.window.arrangement().isPlaced("map"));
    CHECK(wall.window.workspace() == before);
}

TEST_CASE("a recording that was begun or ended by a stray key is announced, and taken back") {
    NotedWall wall;
    std::vector<bool> asked;
    QObject::connect(&wall.window, &WallWindow::recordRequested, &wall.window,
                     [&asked](bool on) { asked.push_back(on); });
    wall.timeline.mode = feeds::Timeline::Mode::live;
    wall.timeline.recording = {};
    wall.window.setTimeline(wall.timeline);
    wall.press(Qt::Key_R);
    CHECK(asked == std::vector{true});
    CHECK(wall.window.notices().text() == QStringLiteral("A recording begins · Ctrl+Z takes it back"));
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(asked == std::vector{true, false});
    CHECK(wall.window.notices().text() == QStringLiteral("The recording has ended"));

    wall.timeline.recording = {.state = feeds::Timeline::Recording::State::recording};
    wall.window.setTimeline(wall.timeline);
    wall.press(Qt::Key_R);
    REQUIRE(asked.size() == 3);
    CHECK_FALSE(asked.back());
    CHECK(wall.window.notices().text().contains(QStringLiteral("Ctrl+Z begins another")));
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(asked == std::vector{true, false, false, true});
}

TEST_CASE("another workspace is announced, and it and what was arranged by hand are taken back in turn") {
    NotedWall wall;
    const auto first = wall.window.workspace();
    wall.window.arrangement().close("requests");
    const auto second = wall.window.workspace();
    REQUIRE(second != first);
    wall.press(Qt::Key_2, Qt::ControlModifier);
    REQUIRE(wall.window.workspaceName() != first.name);
    CHECK(wall.window.notices().text().startsWith(QStringLiteral("Workspace ")));
    CHECK(wall.window.notices().text().contains(QStringLiteral("Ctrl+Z")));
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(wall.window.workspace() == second);
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(wall.window.workspace() == first);
    wall.press(Qt::Key_Z, Qt::ControlModifier);
    CHECK(wall.window.notices().text().contains(QStringLiteral("Nothing to take back")));
}
