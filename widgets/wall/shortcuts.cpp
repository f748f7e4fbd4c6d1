// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/shortcuts.h"

#include <QKeyEvent>

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr Qt::KeyboardModifiers kShift = Qt::ShiftModifier;
constexpr Qt::KeyboardModifiers kCtrl = Qt::ControlModifier;
constexpr const char16_t* kTime = u"Back in time";
constexpr const char16_t* kLook = u"What is looked at";
constexpr const char16_t* kViews = u"Views";
constexpr const char16_t* kWall = u"The wall";
constexpr const char16_t* kMap = u"Map";
constexpr const char16_t* kTable = u"Table of PoPs";

std::vector<ShortcutKey> digits(Qt::KeyboardModifiers modifiers, int last) {
    std::vector<ShortcutKey> keys;
    for (int i = 1; i <= last; ++i)
        keys.push_back({Qt::Key_0 + i, modifiers});
    return keys;
}

bool matches(const ShortcutKey& key, const QKeyEvent& event) {
    if (key.prints) return event.text() == QChar(key.prints);
    // The keypad's keys are as good as the others.
    return event.key() == key.key && (event.modifiers() & ~Qt::KeypadModifier) == key.modifiers;
}

} // namespace

const std::vector<Shortcut>& shortcuts() {
    using enum Command;
    static const std::vector<Shortcut> all{
        {timeline, kTime, u"Space", u"play, pause", {{Qt::Key_Space}}},
        {timeline, kTime, u"← →", u"one second", {{Qt::Key_Left}, {Qt::Key_Right}}},
        {timeline, kTime, u"Shift ← →", u"ten seconds", {{Qt::Key_Left, kShift}, {Qt::Key_Right, kShift}}},
        {timeline, kTime, u"[ ]", u"slower, faster", {{.prints = u'['}, {.prints = u']'}}},
        {timeline, kTime, u"Home", u"to the beginning", {{Qt::Key_Home}}},
        {timeline, kTime, u"End", u"to live, or to the end", {{Qt::Key_End}}},
        {timeline, kTime, u"N P", u"next, previous event, alarm or note", {{Qt::Key_N}, {Qt::Key_P}}},
        {events, kTime, u"J", u"events, alarms and notes: find, go there", {{Qt::Key_J}}},
        {note, kTime, u"Ctrl N", u"a note, at the crosshair or over what loops", {{Qt::Key_N, kCtrl}}},
        {timeline,
         kTime,
         u"Z  Shift Z",
         u"the bar closer, as the wheel does; all of it",
         {{Qt::Key_Z}, {Qt::Key_Z, kShift}}},
        {timeline, kTime, u"L", u"loop on, off", {{Qt::Key_L}}},
        {timeline, kTime, u"K", u"keep what the flight recorder holds", {{Qt::Key_K}}},
        {timeline, kTime, u"R", u"begin, end a recording", {{Qt::Key_R}}},

        {range, kLook, u"1 … 6", u"5 min, 15 min, 1 h, 3 h, 12 h, 48 h", digits({}, 6)},
        {reach, kLook, u"7  0", u"since T-0, all there is", {{Qt::Key_7}, {Qt::Key_0}}},
        {back, kLook, u"Backspace", u"back to what was looked at before", {{Qt::Key_Backspace}}},
        {forward, kLook, u"Shift Backspace", u"forward again", {{Qt::Key_Backspace, kShift}}},
        {timeText, kLook, u"T", u"times as ago, since T-0, by the clock", {{Qt::Key_T}}},
        {timeZone, kLook, u"Shift T", u"the clock in UTC or local", {{Qt::Key_T, kShift}}},

        {release,
         kLook,
         u"B",
         u"T-0 at the crosshair; Shift B: as the feed says",
         {{Qt::Key_B}, {Qt::Key_B, kShift}}},

        {workspace, kViews, u"Ctrl 1 … 9", u"another workspace", digits(kCtrl, 9)},
        {maximise, kViews, u"V  F10", u"maximise the view under the pointer", {{Qt::Key_V}, {Qt::Key_F10}}},
        {close, kViews, u"X", u"close it", {{Qt::Key_X}}},
        {popOut, kViews, u"W", u"open it in a window of its own", {{Qt::Key_W}}},
        {exportView,
         kViews,
         u"E  Shift E  Ctrl C",
         u"export it: PNG; SVG, PDF, CSV; clipboard",
         {{Qt::Key_E}, {Qt::Key_E, kShift}, {Qt::Key_C, kCtrl}}},

        {map, kMap, u"+ −", u"closer, further", {{.prints = u'+'}, {.prints = u'='}, {.prints = u'-'}}},
        {map,
         kMap,
         u"Ctrl ← → ↑ ↓",
         u"move",
         {{Qt::Key_Left, kCtrl}, {Qt::Key_Right, kCtrl}, {Qt::Key_Up, kCtrl}, {Qt::Key_Down, kCtrl}}},
        {map, kMap, u"Ctrl Home", u"the whole world", {{Qt::Key_Home, kCtrl}}},
        {map, kMap, u"C", u"colour by another measure", {{Qt::Key_C}}},
        {map, kMap, u"D", u"discs by requests or egress", {{Qt::Key_D}}},
        {map, kMap, u"G", u"gather crowded PoPs, or show each", {{Qt::Key_G}}},
        {map, kMap, u"O", u"day and night", {{Qt::Key_O}}},
        {map, kMap, u"/  Ctrl F", u"find a PoP", {{.prints = u'/'}, {Qt::Key_F, kCtrl}}},

        {table,
         kTable,
         u"↑ ↓  Page ↑ ↓",
         u"through its rows; Enter selects the PoP",
         {{Qt::Key_Up},
          {Qt::Key_Down},
          {Qt::Key_PageUp},
          {Qt::Key_PageDown},
          {Qt::Key_Return},
          {Qt::Key_Enter}}},
        {table,
         kTable,
         u"S  Shift S",
         u"sorts by the next column; the other way",
         {{Qt::Key_S}, {Qt::Key_S, kShift}}},

        {wallMode, kWall, u"F11", u"wall mode, and out of it", {{Qt::Key_F11}}},
        {undo,
         kWall,
         u"Ctrl Z",
         u"takes back T-0, how views are arranged, a recording",
         {{Qt::Key_Z, kCtrl}}},
        {alarms, kWall, u"A", u"alarms: what to do, acknowledge, shelve", {{Qt::Key_A}}},
        {mute, kWall, u"M", u"no sound of alarms for a minute", {{Qt::Key_M}}},
        {health, kWall, u"H", u"health of the wall itself", {{Qt::Key_H}}},
        {theme, kWall, u"Ctrl T", u"dark, light, high contrast", {{Qt::Key_T, kCtrl}}},
        {menu, kWall, u"Menu", u"the menu, as a right click", {{Qt::Key_Menu}}},
        {help, kWall, u"?", u"these keys", {{.prints = u'?'}}},
        {escape, kWall, u"Esc", u"lets go: selection, maximised view, wall mode", {{Qt::Key_Escape}}},
    };
    return all;
}

std::optional<Called> commandFor(const QKeyEvent& event) {
    for (const Shortcut& shortcut : shortcuts())
        for (std::size_t i = 0; i < shortcut.match.size(); ++i)
            if (matches(shortcut.match[i], event)) return Called{shortcut.command, static_cast<int>(i)};
    return std::nullopt;
}

QString keysOf(Command command) {
    const auto line = std::ranges::find(shortcuts(), command, &Shortcut::command);
    return line == shortcuts().end() ? QString() : QString::fromUtf16(line->keys);
}

} // namespace surgescope::widgets
