// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"

#include <QApplication>
#include <QEvent>
#include <QWidget>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace surgescope::widgets {

namespace {

Theme themeInUse = Theme::dark;

struct Stop {
    double at;
    int red, green, blue;
};

QRgb between(std::span<const Stop> stops, double at) {
    if (!(at > stops.front().at)) return qRgb(stops[0].red, stops[0].green, stops[0].blue);
    for (std::size_t i = 1; i < stops.size(); ++i) {
        if (at > stops[i].at) continue;
        const Stop& a = stops[i - 1];
        const Stop& b = stops[i];
        const double t = (at - a.at) / (b.at - a.at);
        const auto mix = [t](int from, int to) {
            return static_cast<int>(std::lround(from + t * (to - from)));
        };
        return qRgb(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue));
    }
    return qRgb(stops.back().red, stops.back().green, stops.back().blue);
}

// Lightness alone separates the levels, so that they stay apart for people who lack one kind of cones
// (palette_test.cpp simulates that). Nothing in a ramp is as saturated as a status colour.
constexpr std::array kSaturation{
    Stop{0.00, 30, 60, 104},   Stop{0.50, 40, 92, 142},   Stop{0.75, 66, 134, 180},
    Stop{0.90, 142, 196, 220}, Stop{1.00, 254, 255, 255},
};
constexpr std::array kSaturationOnLight{
    Stop{0.00, 140, 182, 218}, Stop{0.50, 100, 150, 198}, Stop{0.75, 60, 112, 172},
    Stop{0.90, 24, 62, 122},   Stop{1.00, 2, 8, 26},
};

constexpr std::array kHeat{
    Stop{0.00, 20, 22, 54},    Stop{0.25, 44, 58, 120},   Stop{0.50, 58, 108, 170},
    Stop{0.75, 108, 176, 200}, Stop{1.00, 250, 252, 248},
};
constexpr std::array kHeatOnLight{
    Stop{0.00, 196, 214, 232}, Stop{0.25, 140, 178, 214}, Stop{0.50, 84, 128, 184},
    Stop{0.75, 40, 72, 136},   Stop{1.00, 8, 10, 36},
};

// Of the catalogue built in, by code: Africa, Asia, Europe, Middle East, North America, Oceania, Latin
// America.
constexpr std::array<QRgb, 7> kRegions{0xff71879c, 0xff8f70b7, 0xff419cde, 0xffc4a7e1,
                                       0xff386bb0, 0xffa8d3e6, 0xff45a7a3};
constexpr std::array<QRgb, 7> kRegionsOnLight{0xff66727e, 0xff604293, 0xff1f6dbf, 0xffaa75c3,
                                              0xff1a3470, 0xff3a94b0, 0xff0c6a5f};

} // namespace

const char* themeName(Theme theme) {
    switch (theme) {
    case Theme::dark: return "dark";
    case Theme::light: return "light";
    case Theme::highContrast: return "high-contrast";
    }
    return "";
}

const Palette& paletteOf(Theme theme) {
    static const Palette dark;
    static const Palette light{.background{222, 226, 230},
                               .panel{243, 245, 247},
                               .border{198, 204, 211},
                               .grid{222, 226, 231},
                               .text{17, 24, 32},
                               .muted{76, 88, 101},
                               .faint{124, 135, 147},
                               .good{14, 124, 66},
                               .elevated{146, 108, 0},
                               .critical{196, 68, 50},
                               .overload{150, 0, 16},
                               .silent{168, 16, 140},
                               .series{28, 92, 158},
                               .accent{36, 84, 188},
                               .noData{140, 149, 159},
                               .chequerDeep{246, 247, 249},
                               .chequerHigh{214, 219, 225},
                               .nothingPurged{222, 231, 239},
                               .ocean{230, 235, 240},
                               .land{205, 211, 218},
                               .landBorder{230, 235, 240},
                               .coast{174, 183, 193},
                               .graticule{218, 224, 230},
                               .shade{250, 251, 252, 205},
                               .discEdge{40, 50, 60, 150},
                               .night{40, 55, 80, 38}};
    static const Palette highContrast{.background{0, 0, 0},
                                      .panel{0, 0, 0},
                                      .border{130, 130, 130},
                                      .grid{58, 58, 58},
                                      .text{255, 255, 255},
                                      .muted{222, 222, 222},
                                      .faint{170, 170, 170},
                                      .good{0, 230, 118},
                                      .elevated{255, 222, 0},
                                      .critical{255, 146, 0},
                                      .overload{255, 84, 84},
                                      .silent{247, 62, 208},
                                      .silentCross{0, 0, 0},
                                      .series{190, 228, 255},
                                      .accent{128, 188, 255},
                                      .noData{150, 150, 150},
                                      .ocean{0, 0, 0},
                                      .land{42, 42, 42},
                                      .landBorder{0, 0, 0},
                                      .coast{120, 120, 120},
                                      .graticule{28, 28, 28},
                                      .shade{0, 0, 0, 230},
                                      .discEdge{0, 0, 0, 255},
                                      .night{0, 0, 0, 120}};
    switch (theme) {
    case Theme::dark: break;
    case Theme::light: return light;
    case Theme::highContrast: return highContrast;
    }
    return dark;
}

Theme theme() {
    return themeInUse;
}

void setTheme(Theme theme) {
    if (theme == themeInUse) return;
    themeInUse = theme;
    for (QWidget* widget : QApplication::allWidgets()) {
        QEvent changed(QEvent::StyleChange);
        QCoreApplication::sendEvent(widget, &changed);
        widget->update();
    }
}

const Palette& colours() {
    return paletteOf(themeInUse);
}

QColor levelColour(Level level) {
    const Palette& p = colours();
    switch (level) {
    case Level::managed: return p.good;
    case Level::elevated: return p.elevated;
    case Level::critical: return p.critical;
    case Level::overload: return p.overload;
    }
    return p.text;
}

const char16_t* levelName(Level level) {
    switch (level) {
    case Level::managed: return u"normal";
    case Level::elevated: return u"elevated";
    case Level::critical: return u"critical";
    case Level::overload: return u"overload";
    }
    return u"";
}

QRgb saturationColour(double saturation) {
    return between(themeInUse == Theme::light ? kSaturationOnLight : kSaturation, saturation);
}

double heatPosition(double lagUs) {
    if (!(lagUs > kHeatLowestUs)) return 0;
    const double position = std::log(lagUs / kHeatLowestUs) / std::log(kHeatHighestUs / kHeatLowestUs);
    return std::min(position, 1.0);
}

QRgb heatColour(double lagUs) {
    return heatColourAt(heatPosition(lagUs));
}

QRgb heatColourAt(double position) {
    return between(themeInUse == Theme::light ? kHeatOnLight : kHeat, position);
}

QColor regionColour(std::size_t region) {
    if (region == kNoRegion) return colours().noData;
    const auto& regions = themeInUse == Theme::light ? kRegionsOnLight : kRegions;
    return QColor(regions[region % regions.size()]);
}

} // namespace surgescope::widgets
