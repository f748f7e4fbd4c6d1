// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

namespace surgescope::widgets {

/// PoPs by level of saturation, of those that are heard; when nothing is, of those that were.
struct LevelCount {
    int measured = 0;
    int critical = 0; // 90 % and more
    int overload = 0; // of them, 100 % and more
    int silent = 0;   // not heard, or never; none when nothing is: then that is said of all
};
LevelCount countLevels(const feeds::Frame& frame, const feeds::Selection& of);

/// Nothing is heard any more: what a frame shows is the past.
bool isOld(const feeds::Frame& frame);

} // namespace surgescope::widgets
