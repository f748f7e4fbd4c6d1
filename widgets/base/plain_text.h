// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::widgets {

/// While one lives, textFont() gives fonts whose every character has a glyph of its own. Inter otherwise puts
/// others in the place of some, such as the colon between digits: nicer to look at, but a PDF then does not
/// know which characters they were, and nobody can search for a time. GUI thread.
class PlainText {
  public:
    PlainText();
    ~PlainText();
    PlainText(const PlainText&) = delete;
    PlainText& operator=(const PlainText&) = delete;
};

} // namespace surgescope::widgets
