// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>

#include <string>

namespace surgescope::widgets {

/// From where a wall is read, and how large it is: that decides its type, not the number of its pixels.
struct Viewing {
    double metres = 4;  // of the farthest reader from the screen
    double inches = 65; // of its diagonal
    bool operator==(const Viewing&) const = default;
};
inline constexpr double kLeastMetres = 0.5, kMostMetres = 30;
inline constexpr double kLeastInches = 20, kMostInches = 400;

/// Letters are read from their capitals' height. ISO 9241-3 and NUREG-0700 ask for 16 minutes of arc and
/// more; 10 are usable where contrast is high, and nothing on a wall is smaller.
inline constexpr double kLeastMinutesOfArc = 10;

/// The size of a font, in pixels of a screen that has so many, whose capitals are that high to the reader.
double typePixels(const Viewing& viewing, QSize screen, double minutesOfArc);

/// The scale at which nothing of a wall is too small, never below that of its own height: near a screen type
/// need not be small.
double wallScale(const Viewing& viewing, QSize screen);

/// Why a wall cannot be read so, and what would do; empty: it can.
std::string viewingProblem(const Viewing& viewing);

} // namespace surgescope::widgets
