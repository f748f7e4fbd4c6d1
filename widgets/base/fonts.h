// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>

namespace surgescope::widgets {

/// Makes the resources built into this library known to Qt. Cheap; may be called again, from any thread.
void useResources();

/// Registers the bundled Inter. Call once on the GUI thread, after the application object is made.
/// False if a face could not be read: text then comes out in the system's font.
bool loadFonts();

/// Inter (or the system's sans serif) at a size in pixels, which is what the window's scale multiplies.
QFont textFont(double pixels, QFont::Weight weight = QFont::Normal);

} // namespace surgescope::widgets
