// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>

#include <string>

class QMenu;

namespace surgescope::widgets {

class WallWindow;

/// Everything that can be done without a keyboard: with the view, the workspaces, time, themes and screen.
/// `view` is the one beneath the pointer, empty for none. It deletes itself when it closes. GUI thread.
QMenu* popUpWallMenu(WallWindow& window, const std::string& view, QPoint global);

} // namespace surgescope::widgets
