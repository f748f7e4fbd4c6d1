// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace surgescope::widgets {

namespace {

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

constexpr std::array kSaturation{
    Stop{0.00, 44, 92, 160},  Stop{0.35, 44, 140, 152}, Stop{0.60, 80, 174, 110},
    Stop{0.75, 214, 198, 66}, Stop{0.90, 243, 132, 44}, Stop{1.00, 230, 50, 50},
};

constexpr std::array kHeat{
    Stop{0.000, 24, 18, 62},   Stop{0.125, 47, 19, 97},    Stop{0.25, 84, 21, 125},
    Stop{0.375, 126, 36, 130}, Stop{0.500, 172, 51, 123},  Stop{0.625, 217, 70, 107},
    Stop{0.750, 245, 111, 92}, Stop{0.875, 254, 176, 120}, Stop{1.00, 252, 253, 191},
};

} // namespace

const Palette& darkPalette() {
    static const Palette palette;
    return palette;
}

Level levelOf(double saturation) {
    if (saturation >= kOverloadFrom) return Level::overload;
    if (saturation >= kCriticalFrom) return Level::critical;
    return saturation >= kElevatedFrom ? Level::elevated : Level::managed;
}

QColor levelColour(Level level) {
    const Palette& p = darkPalette();
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
    case Level::managed: return u"managed";
    case Level::elevated: return u"elevated";
    case Level::critical: return u"critical";
    case Level::overload: return u"overload";
    }
    return u"";
}

QRgb saturationColour(double saturation) {
    return between(kSaturation, saturation);
}

double heatPosition(double lagUs) {
    if (!(lagUs > kHeatLowestUs)) return 0;
    const double position = std::log(lagUs / kHeatLowestUs) / std::log(kHeatHighestUs / kHeatLowestUs);
    return std::min(position, 1.0);
}

QRgb heatColour(double lagUs) {
    return between(kHeat, heatPosition(lagUs));
}

QColor regionColour(std::size_t region) {
    static constexpr std::array<QRgb, 7> kColours{0xff8b6fc0, 0xff3b78c2, 0xff2f9aa0, 0xff55a868,
                                                  0xffb3a94a, 0xffc47f6a, 0xffc98a3f};
    return region < kColours.size() ? QColor(kColours[region]) : darkPalette().noData;
}

} // namespace surgescope::widgets
