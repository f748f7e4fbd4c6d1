// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/levels.h"

#include <QColor>
#include <QRgb>

#include <array>
#include <cstdint>

namespace surgescope::widgets {

/// Quiet base, saturated colour for what is abnormal: the five status colours mean status and nothing else.
/// Series, percentiles and ramps use none of them. Status colours stay apart for people who lack one kind of
/// cones, and so do regions that lie on each other in a stack; what they mean is also said by shape or word.
/// The values here are the dark theme's.
struct Palette {
    QColor background{11, 15, 20};
    QColor panel{16, 22, 29};
    QColor border{28, 37, 48};
    QColor grid{31, 41, 53};
    QColor text{231, 237, 243};
    QColor muted{139, 152, 166};
    QColor faint{96, 109, 123};
    // Status.
    QColor good{70, 190, 120};
    QColor elevated{228, 189, 66};
    QColor critical{241, 131, 46};
    QColor overload{236, 72, 66};
    QColor silent{208, 70, 191}; // what is not heard
    QColor silentCross{255, 255, 255};

    QColor series{158, 204, 240}; // one number, and percentiles of one: told apart by their strokes
    QColor accent{126, 160, 238}; // releases, selection
    QColor noData{92, 102, 114};
    // Heatmaps: the two tones of a chequer where there is no data, and where nothing was purged.
    QColor chequerDeep{11, 15, 20};
    QColor chequerHigh{27, 32, 38};
    QColor nothingPurged{26, 36, 46};
    // The map.
    QColor ocean{14, 20, 27};
    QColor land{30, 40, 52};
    QColor landBorder{14, 20, 27};
    QColor coast{44, 57, 72};
    QColor graticule{23, 31, 40};
    QColor shade{8, 12, 17, 190};  // beneath text on a map or a chart
    QColor discEdge{0, 0, 0, 110}; // keeps discs that touch apart
    QColor night{0, 0, 0, 70};     // over the part of the world where it is night
    bool operator==(const Palette&) const = default;
};

enum class Theme : std::uint8_t { dark, light, highContrast };
inline constexpr std::array kThemes{Theme::dark, Theme::light, Theme::highContrast};
/// "dark", "light", "high-contrast": as on the command line.
const char* themeName(Theme theme);

const Palette& paletteOf(Theme theme);

/// The theme in use, and its colours. GUI thread. Whoever changes it repaints; what widgets have cached
/// they drop on QEvent::StyleChange, which setTheme() sends to all of them.
Theme theme();
void setTheme(Theme theme);
const Palette& colours();

using feeds::kCriticalFrom;
using feeds::kElevatedFrom;
using feeds::kOverloadFrom;
using feeds::Level;
using feeds::levelOf;

QColor levelColour(Level level);
const char16_t* levelName(Level level);

/// One hue over the fixed domain 0 to 1, clamped at both ends: the fuller, the farther from the ground, so
/// near white where that is dark and near black where it is light. The levels stay apart for colour-blind
/// people.
QRgb saturationColour(double saturation);

inline constexpr double kHeatLowestUs = 10e3;
inline constexpr double kHeatHighestUs = 60e6;

/// Position of a lag on the logarithmic heat scale, 10 ms = 0 to 60 s = 1, clamped.
double heatPosition(double lagUs);
/// Indigo over blue to near white, the other way round on light ground; neither end is that of no data.
QRgb heatColour(double lagUs);
/// The same by position, 0 to 1.
QRgb heatColourAt(double position);

/// Colour of the region at a position of the catalogue's list: seven, which come again. kNoRegion is
/// "unplaced".
QColor regionColour(std::size_t region);
inline constexpr std::size_t kNoRegion = static_cast<std::size_t>(-1);

} // namespace surgescope::widgets
