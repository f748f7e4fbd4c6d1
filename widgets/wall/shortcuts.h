// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <Qt>

#include <optional>
#include <vector>

class QKeyEvent;

namespace surgescope::widgets {

enum class Command {
    timeline, // the timeline handles the key itself
    map,      // so does the map
    table,    // and the table of PoPs
    range,    // Called::number: position in WallWindow::kRanges
    reach,    // Called::number: position in WallWindow::kReaches
    back,     // through what was looked at
    forward,
    timeText,
    timeZone,
    release,   // T-0 set by hand; Called::number 1: as the feed says again
    workspace, // Called::number: position in what the menu lists
    maximise,
    close,
    popOut,
    exportView, // Called::number: 0 as a picture, 1 in the other formats, 2 to the clipboard
    theme,
    health,
    alarms,
    events,
    note,
    mute,
    undo,
    wallMode,
    menu,
    help,
    escape,
};

/// One key of a keyboard, or what it prints where keyboards differ.
struct ShortcutKey {
    int key = 0;
    Qt::KeyboardModifiers modifiers = Qt::NoModifier;
    char16_t prints = 0; // then key and modifiers do not matter
};

/// A line of the table that both key presses and the help go by.
struct Shortcut {
    Command command;
    const char16_t* group;
    const char16_t* keys; // as the help writes them
    const char16_t* says;
    std::vector<ShortcutKey> match; // the position of the one that matched is Called::number
};
const std::vector<Shortcut>& shortcuts();

struct Called {
    Command command;
    int number = 0;
};
std::optional<Called> commandFor(const QKeyEvent& event);

/// How a command's first line is written, for menus.
QString keysOf(Command command);

} // namespace surgescope::widgets
