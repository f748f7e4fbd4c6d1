// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/help_overlay.h"
#include "widgets/wall/shortcuts.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_timeline.h"

#include <QKeyEvent>
#include <QTest>

#include <set>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

QKeyEvent press(const ShortcutKey& key) {
    return {QEvent::KeyPress, key.key, key.modifiers, key.prints ? QString(QChar(key.prints)) : QString()};
}

} // namespace

TEST_CASE("no two lines of the table mean the same key, and each finds itself") {
    std::set<std::pair<int, int>> seen;
    for (const Shortcut& shortcut : shortcuts()) {
        INFO(QString::fromUtf16(shortcut.keys).toStdString());
        CHECK(shortcut.says[0] != 0);
        REQUIRE_FALSE(shortcut.match.empty());
        for (std::size_t i = 0; i < shortcut.match.size(); ++i) {
            const ShortcutKey& key = shortcut.match[i];
            CHECK(seen.insert({key.prints ? -key.prints : key.key, key.modifiers.toInt()}).second);
            const auto called = commandFor(press(key));
            REQUIRE(called);
            CHECK(called->command == shortcut.command);
            CHECK(called->number == static_cast<int>(i));
        }
    }
}

TEST_CASE("the table has the timeline's keys, all of them and no others") {
    TimelineWidget bar;
    bar.setTimeline(tests::sampleTimeline("playing"));
    for (int key = Qt::Key_Space; key <= Qt::Key_AsciiTilde; ++key) {
        const QString text = key < Qt::Key_A || key > Qt::Key_Z ? QString(QChar(key)) : QString();
        const QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier, text);
        const auto called = commandFor(event);
        INFO(key);
        CHECK(bar.handleKey(event) == (called && called->command == Command::timeline));
    }
    for (const auto key : {Qt::Key_Left, Qt::Key_Right, Qt::Key_Home, Qt::Key_End, Qt::Key_Up, Qt::Key_F5})
        for (const auto modifiers : {Qt::NoModifier, Qt::ControlModifier}) {
            const QKeyEvent event(QEvent::KeyPress, key, modifiers);
            const auto called = commandFor(event);
            CHECK(bar.handleKey(event) == (called && called->command == Command::timeline));
        }
}

TEST_CASE("E exports, alone and with others, C is the map's, with Ctrl it copies") {
    const auto called = [](Qt::Key key, Qt::KeyboardModifiers modifiers) {
        return commandFor(QKeyEvent(QEvent::KeyPress, key, modifiers));
    };
    CHECK(called(Qt::Key_E, Qt::NoModifier)->command == Command::exportView);
    CHECK(called(Qt::Key_E, Qt::ShiftModifier)->number == 1);
    CHECK(called(Qt::Key_C, Qt::ControlModifier)->number == 2);
    CHECK(called(Qt::Key_C, Qt::NoModifier)->command == Command::map);
    CHECK_FALSE(called(Qt::Key_E, Qt::ControlModifier));
}

TEST_CASE("? shows the keys, Esc and a click take them away") {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    window.resize(1280, 720);
    window.show();
    auto* help = window.findChild<HelpOverlay*>();
    REQUIRE(help);
    CHECK(help->isHidden());
    QTest::keyClick(&window, '?');
    CHECK(help->isVisible());
    CHECK(help->size() == window.size());
    QTest::keyClick(&window, Qt::Key_Escape);
    CHECK(help->isHidden());
    QTest::keyClick(&window, '?');
    QTest::mouseClick(help, Qt::LeftButton);
    CHECK(help->isHidden());
}
