// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>

namespace surgescope::widgets {

/// Makes the resources built into this library known to Qt. Cheap; may be called again, from any thread.
void useResources();

/// Registers the bundled Inter. Call once on the GUI thread, after the application object is made.
/// False if a face could not be read: text then comes out in the system's font.
bool loadFonts();

/// Pixels at scale 1. Nothing that is to be read from afar is smaller than the first: how far that is decides
/// the scale of a wall.
inline constexpr double kLeastType = 15;
inline constexpr double kTitleType = 17; // of panels
/// The height of its capitals, as a share of a font's pixels.
inline constexpr double kCapitals = 0.727;

/// Inter (or the system's sans serif) at a size in pixels, which is what the window's scale multiplies.
QFont textFont(double pixels, QFont::Weight weight = QFont::Normal);

} // namespace surgescope::widgets
