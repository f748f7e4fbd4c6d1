// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/flood.h"

#include "widgets/alarm/alarm_list.h"
#include "widgets/alarm/alarm_strip.h"
#include "widgets/alarm/alarm_text.h"
#include "widgets/alarm/waiting_text.h"
#include "widgets/base/palette.h"
#include "widgets/wall/line_box.h"
#include "widgets/wall/wall_desk.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include <variant>
#include <vector>

using namespace surgescope;
using namespace surgescope::widgets;
using feeds::AlarmState;
using feeds::Card;
using feeds::Severity;

namespace {

Card card(std::uint64_t id, Severity severity, AlarmState state, const std::string& text) {
    Card card;
    card.id = id;
    card.rule = "pops/silent";
    card.severity = severity;
    card.state = state;
    card.text = text;
    card.todo = "Ask the NOC for power and uplink";
    return card;
}

std::shared_ptr<feeds::LiveStatus> statusWith(std::vector<Card> cards, feeds::FeedSecond since) {
    auto status = std::make_shared<feeds::LiveStatus>();
    status->alarms.verdict = feeds::Verdict::act;
    status->alarms.since = since;
    for (Card& card : cards)
        card.since = since;
    status->alarms.unacked = cards.size();
    status->alarms.cards = std::move(cards);
    return status;
}

struct AlarmedWall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    std::shared_ptr<feeds::Frame> frame = tests::sampleFrame();
    std::vector<feeds::AlarmCommand> asked;

    AlarmedWall() {
        window.resize(1920, 1080);
        window.desk().setPerson(QStringLiteral("anna"));
        QObject::connect(&window.desk(), &WallDesk::alarmAsked, &window,
                         [this](const feeds::AlarmCommand& command) { asked.push_back(command); });
        window.show();
        window.setFrame(frame);
    }
    void show(std::vector<Card> cards) {
        window.setStatus(statusWith(std::move(cards), *frame->releaseAt + std::chrono::seconds(123)));
        window.setFrame(frame);
    }
};

int pixelsOf(const QImage& image, const QColor& colour) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (QColor(image.pixel(x, y)) == colour) ++count;
    return count;
}

} // namespace

TEST_CASE("the strip is there once something was judged, and says what burns and since when") {
    AlarmedWall wall;
    CHECK(wall.window.alarms().isHidden());
    wall.show({card(1, Severity::critical, AlarmState::unacked, "8 silent in Europe: FRA MUC STR +5"),
               card(2, Severity::warning, AlarmState::acked, "1 over 90 % in Oceania")});
    CHECK(wall.window.alarms().isVisible());
    const QString text = wall.window.alarms().text();
    CHECK(text.startsWith(QStringLiteral("ACT since T+00:02:03")));
    CHECK(text.contains(
        QStringLiteral("8 silent in Europe: FRA MUC STR +5, since T+00:02:03 · unacknowledged")));
    CHECK(text.contains(QStringLiteral("acknowledged")));
}

TEST_CASE("a silent card, a critical one and a warning differ without their colours") {
    const auto painted = [](Card card) {
        QImage image(60, 60, QImage::Format_RGB32);
        image.fill(Qt::black);
        QPainter painter(&image);
        paintCardShape(painter, card, {0, 0, 60, 60});
        painter.end();
        return image.convertToFormat(QImage::Format_Grayscale8);
    };
    const auto warning = card(1, Severity::warning, AlarmState::unacked, "");
    const auto critical = card(1, Severity::critical, AlarmState::unacked, "");
    auto silent = critical;
    silent.isSilence = true;
    auto acked = critical;
    acked.state = AlarmState::acked;
    const auto lit = [](const QImage& image) {
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += qGray(image.pixel(x, y)) > 60 ? 1 : 0;
        return count;
    };
    CHECK(lit(painted(silent)) > lit(painted(critical)) * 5 / 4); // a square is more than a diamond
    CHECK(lit(painted(acked)) < lit(painted(critical)) * 2 / 3);  // hollow
    CHECK(painted(warning) != painted(critical));
}

TEST_CASE("key A shows the list, Enter acknowledges what is chosen in one's own name") {
    AlarmedWall wall;
    wall.show({card(11, Severity::critical, AlarmState::unacked, "first"),
               card(12, Severity::warning, AlarmState::unacked, "second")});
    CHECK(wall.window.desk().alarmList().isHidden());
    QTest::keyClick(&wall.window, Qt::Key_A);
    REQUIRE(wall.window.desk().alarmList().isVisible());
    QTest::keyClick(&wall.window, Qt::Key_Down);
    QTest::keyClick(&wall.window, Qt::Key_Return);
    REQUIRE(wall.asked.size() == 1);
    const auto* acknowledge = std::get_if<feeds::Acknowledge>(&wall.asked[0]);
    REQUIRE(acknowledge);
    CHECK(acknowledge->card == 12);
    CHECK(acknowledge->by == "anna");
    QTest::keyClick(&wall.window, Qt::Key_S);
    REQUIRE(wall.asked.size() == 2);
    CHECK(std::get<feeds::Shelve>(wall.asked[1]).card == 12);
    QTest::keyClick(&wall.window, Qt::Key_Escape);
    CHECK(wall.window.desk().alarmList().isHidden());
    QTest::keyClick(&wall.window, Qt::Key_Return); // no list, no command
    CHECK(wall.asked.size() == 2);
}

TEST_CASE("a note is asked for and goes with the acknowledgement") {
    AlarmedWall wall;
    wall.show({card(11, Severity::critical, AlarmState::unacked, "first")});
    QTest::keyClick(&wall.window, Qt::Key_A);
    QTest::keyClick(&wall.window, Qt::Key_Return, Qt::ShiftModifier);
    CHECK(wall.asked.empty());
    auto* box = wall.window.findChild<LineBox*>();
    REQUIRE(box);
    auto* line = box->findChild<QLineEdit*>();
    REQUIRE(line);
    QTest::keyClicks(line, QStringLiteral("NOC is on it"));
    QTest::keyClick(line, Qt::Key_Return);
    REQUIRE(wall.asked.size() == 1);
    CHECK(std::get<feeds::Acknowledge>(wall.asked[0]).note == "NOC is on it");
}

TEST_CASE("in a flood the strip begins with how it began, and one line stands for the warnings") {
    AlarmedWall wall;
    std::vector<Card> cards{card(9, Severity::critical, AlarmState::unacked, "5xx 13 % in the world"),
                            card(8, Severity::critical, AlarmState::unacked, "Metadata p95 689 ms"),
                            card(2, Severity::warning, AlarmState::unacked, "30000 invalidations pending")};
    for (std::uint64_t i = 20; i < 31; ++i)
        cards.push_back(card(i, Severity::warning, AlarmState::unacked, "1 over 90 %"));
    auto status = statusWith(std::move(cards), *wall.frame->releaseAt);
    wall.window.setStatus(status);
    REQUIRE(wall.window.alarms().shown(3).size() == 3);
    CHECK(wall.window.alarms().shown(3)[0].id == 9);
    CHECK(wall.window.alarms().shown(3)[2].id == 2);

    auto flooded = std::make_shared<feeds::LiveStatus>(*status);
    feeds::tellFlood({.isOn = true, .first = 2}, flooded->alarms);
    wall.window.setStatus(flooded);
    const auto shown = wall.window.alarms().shown(3);
    REQUIRE(shown.size() == 3);
    CHECK(shown[0].id == 2);
    CHECK(shown[1].id == 9);
    CHECK(shown[2].id == AlarmStrip::kFolded);
    CHECK(shown[2].text == flooded->alarms.foldedText);
    CHECK(shown[2].text.starts_with("11 warnings"));
    CHECK(!wall.window.grab().isNull());
}

TEST_CASE("a card that is within its limit again says so") {
    AlarmedWall wall;
    Card clearing = card(5, Severity::critical, AlarmState::unacked, "11 over 100 %");
    CHECK(!cardState(clearing, {}).contains("within its limit"));
    clearing.isClearing = true;
    CHECK(cardState(clearing, {}).startsWith("within its limit now"));
}

TEST_CASE("the strip says which wall is frozen for as long as it is") {
    AlarmedWall wall;
    const auto since = *wall.frame->releaseAt + std::chrono::seconds(123);
    auto status = statusWith({card(1, Severity::warning, AlarmState::unacked, "Metadata slow")}, since);
    wall.window.setStatus(status);
    auto* strip = wall.window.findChild<AlarmStrip*>();
    const QImage calm = strip->grab().toImage();
    auto frozen = std::make_shared<feeds::LiveStatus>(*status);
    frozen->frozenWalls = {{.name = "room-2", .since = since, .isSilent = true}};
    wall.window.setStatus(frozen);
    CHECK(wall.window.alarms().text().contains("wall room-2 is frozen or cut off since T+00:02:03"));
    CHECK(strip->grab().toImage() != calm);
    wall.window.setStatus(status);
    CHECK(!wall.window.alarms().text().contains("frozen"));
    CHECK(strip->grab().toImage() == calm);
}

TEST_CASE("the list says whose judgement it shows") {
    AlarmedWall wall;
    auto status = statusWith({}, *wall.frame->releaseAt);
    CHECK(wall.window.desk().alarmList().heading() == "Alarms");
    status->judgedBy = feeds::LiveStatus::JudgedBy::recordingWall;
    wall.window.setStatus(status);
    CHECK(wall.window.desk().alarmList().heading().contains("as they were"));
    status->judgedBy = feeds::LiveStatus::JudgedBy::desk;
    wall.window.setStatus(status);
    CHECK(wall.window.desk().alarmList().heading().contains("desk"));
}

TEST_CASE("a shelved card is taken back by the same key") {
    AlarmedWall wall;
    auto status = statusWith({}, *wall.frame->releaseAt);
    auto shelved = card(21, Severity::warning, AlarmState::unacked, "shelved one");
    shelved.shelvedUntil = *wall.frame->releaseAt + std::chrono::minutes(15);
    status->alarms.shelved = {shelved};
    wall.window.setStatus(status);
    QTest::keyClick(&wall.window, Qt::Key_A);
    REQUIRE(wall.window.desk().alarmList().chosen());
    QTest::keyClick(&wall.window, Qt::Key_S);
    REQUIRE(wall.asked.size() == 1);
    CHECK(std::get<feeds::Unshelve>(wall.asked[0]).card == 21);
}

TEST_CASE("a long night's list can be gone through to its end, at any size") {
    AlarmedWall wall;
    std::vector<Card> cards;
    for (std::uint64_t i = 1; i <= 60; ++i)
        cards.push_back(card(i, Severity::warning, AlarmState::unacked, "alarm " + std::to_string(i)));
    wall.show(std::move(cards));
    QTest::keyClick(&wall.window, Qt::Key_A);
    for (int i = 0; i < 59; ++i)
        QTest::keyClick(&wall.window, Qt::Key_Down);
    REQUIRE(wall.window.desk().alarmList().chosen());
    CHECK(wall.window.desk().alarmList().chosen()->id == 60);
    for (const QSize size : {QSize(1280, 720), QSize(3840, 2160), QSize(400, 300)}) {
        wall.window.resize(size);
        CHECK(!wall.window.grab().isNull());
    }
    wall.show({}); // all are gone while the list is open
    CHECK(!wall.window.desk().alarmList().chosen());
    QTest::keyClick(&wall.window, Qt::Key_Return);
    CHECK(wall.asked.empty());
}

TEST_CASE("status colours of the strip are those of what it says") {
    AlarmedWall wall;
    wall.show({});
    const auto strip = [&] {
        const auto& alarms = wall.window.alarms();
        return const_cast<AlarmStrip&>(alarms).grab().toImage();
    };
    CHECK(pixelsOf(strip(), colours().overload) > 2'000); // the verdict's box
    auto fine = statusWith({}, *wall.frame->releaseAt);
    fine->alarms.verdict = feeds::Verdict::fine;
    wall.window.setStatus(fine);
    CHECK(pixelsOf(strip(), colours().overload) == 0);
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

TEST_CASE("while nothing was heard every page says so, and a click copies what makes a node speak") {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    window.setHost(QStringLiteral("wall"));
    window.resize(1920, 1080);
    window.setStatus(std::make_shared<feeds::LiveStatus>());
    window.setFrame(tests::emptyFrame());
    window.show();
    const QString command = joinCommand(tests::emptyFrame()->health, QStringLiteral("wall"));
    CHECK(command.endsWith(QStringLiteral("--connect tcp://wall:5556")));
    auto* strip = window.findChild<AlarmStrip*>();
    REQUIRE(strip != nullptr);
    CHECK(strip->text().startsWith(QStringLiteral("Waiting for telemetry")));
    QTest::mouseClick(strip, Qt::LeftButton);
    CHECK(QGuiApplication::clipboard()->text() == command);
    QGuiApplication::clipboard()->setText(QStringLiteral("before"));
    QTest::keyClick(strip, Qt::Key_Return);
    CHECK(QGuiApplication::clipboard()->text() == command);
    strip->setWaiting({QStringLiteral("No telemetry source is open")}, {}); // there is nothing to copy
    QGuiApplication::clipboard()->setText(QStringLiteral("kept"));
    QTest::mouseClick(strip, Qt::LeftButton);
    CHECK(QGuiApplication::clipboard()->text() == QStringLiteral("kept"));
    feeds::FeedHealth health;
    health.endpoints = {{"tcp://relay:5556", false, 0}};
    CHECK(joinCommand(health, QStringLiteral("wall")).isEmpty()); // it is we who connect
    window.setFrame(tests::sampleFrame());
    CHECK_FALSE(strip->text().contains(QStringLiteral("Waiting")));
}
