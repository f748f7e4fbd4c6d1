// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

using namespace surgescope::widgets;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

/// What somebody makes of linear RGB. Dichromats see one plane or two half planes of colours: which half a
/// colour falls into is told by the side of `normal` it is on.
struct Vision {
    const char* name;
    Matrix matrix;
    Matrix otherSide;
    Triple normal;
};

// Those who lack red or green cones: F. Viénot, H. Brettel, J. D. Mollon, "Digital Video Colourmaps for
// Checking the Legibility of Displays by Dichromats", Color Research and Application 24(4), 1999. Blue cones:
// H. Brettel, F. Viénot, J. D. Mollon, "Computerized simulation of color appearance for dichromats", Journal
// of the Optical Society of America A 14(10), 1997. Both multiplied out for sRGB's primaries, as
// libDaltonLens gives them.
constexpr Matrix kAsIs{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix kNoRed{{{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}}};
constexpr Matrix kNoGreen{{{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}}};
constexpr Matrix kNoBlue{
    {{1.01277, 0.13548, -0.14826}, {-0.01243, 0.86812, 0.14431}, {0.07589, 0.80500, 0.11911}}};
constexpr Matrix kNoBlueOtherSide{
    {{0.93678, 0.18979, -0.12657}, {0.06154, 0.81526, 0.12320}, {-0.37562, 1.12767, 0.24796}}};
constexpr std::array kVisions{
    Vision{"everybody", kAsIs, kAsIs, {}},
    Vision{"protanopia", kNoRed, kNoRed, {}},
    Vision{"deuteranopia", kNoGreen, kNoGreen, {}},
    Vision{"tritanopia", kNoBlue, kNoBlueOtherSide, {0.03901, -0.02788, -0.01113}},
};

Triple times(const Matrix& m, const Triple& v) {
    Triple out{};
    for (std::size_t i = 0; i < 3; ++i)
        out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
    return out;
}

double linear(int channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

/// CIE L*a*b* (D65) of what somebody sees.
Triple seen(QRgb colour, const Vision& by) {
    const Triple from{linear(qRed(colour)), linear(qGreen(colour)), linear(qBlue(colour))};
    const double side = from[0] * by.normal[0] + from[1] * by.normal[1] + from[2] * by.normal[2];
    Triple rgb = times(side >= 0 ? by.matrix : by.otherSide, from);
    for (double& c : rgb)
        c = std::clamp(c, 0.0, 1.0);
    static constexpr Matrix kXyz{{{0.4124564, 0.3575761, 0.1804375},
                                  {0.2126729, 0.7151522, 0.0721750},
                                  {0.0193339, 0.1191920, 0.9503041}}};
    const Triple xyz = times(kXyz, rgb);
    const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
    const double x = f(xyz[0] / 0.95047), y = f(xyz[1]), z = f(xyz[2] / 1.08883);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

/// CIE 1976; about 2 can just be told apart side by side.
double distance(QRgb a, QRgb b, const Vision& by) {
    const Triple p = seen(a, by), q = seen(b, by);
    return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

struct InUse {
    const Theme before = theme();
    explicit InUse(Theme now) { setTheme(now); }
    ~InUse() { setTheme(before); }
};

} // namespace

TEST_CASE("the saturation scale is fixed from 0 to 100 % and clamps") {
    CHECK(saturationColour(-3) == saturationColour(0));
    CHECK(saturationColour(1.6) == saturationColour(1));
    CHECK(saturationColour(0) != saturationColour(0.3));
    CHECK(qBlue(saturationColour(0)) > qRed(saturationColour(0)));
    // Half way between two stops lies half way between their colours.
    CHECK(qGreen(saturationColour(0.25)) == Approx((60 + 92) / 2.0).margin(1));
}

TEST_CASE("levels begin exactly at 75, 90 and 100 %") {
    CHECK(levelOf(0.7499) == Level::managed);
    CHECK(levelOf(0.75) == Level::elevated);
    CHECK(levelOf(0.8999) == Level::elevated);
    CHECK(levelOf(0.90) == Level::critical);
    CHECK(levelOf(0.9999) == Level::critical);
    CHECK(levelOf(1.0) == Level::overload);
}

TEST_CASE("the heat scale is logarithmic from 10 ms to 60 s and clamps") {
    CHECK(heatPosition(1) == 0);
    CHECK(heatPosition(10e3) == 0);
    CHECK(heatPosition(60e6) == Approx(1));
    CHECK(heatPosition(600e6) == 1);
    const double decade = heatPosition(100e3);
    CHECK(heatPosition(1e6) == Approx(2 * decade));
    CHECK(heatPosition(10e6) == Approx(3 * decade));
    CHECK(heatColour(600e6) == heatColour(60e6));
    for (const Theme theme : kThemes) { // the worse, the farther from the ground
        const InUse use(theme);
        const bool dark = theme != Theme::light;
        for (int i = 0; i < 20; ++i) {
            CHECK((qGray(heatColourAt(i / 20.0)) < qGray(heatColourAt((i + 1) / 20.0))) == dark);
            CHECK((qGray(saturationColour(i / 20.0)) < qGray(saturationColour((i + 1) / 20.0))) == dark);
        }
    }
}

TEST_CASE("each region has a colour of its own, and so have unplaced PoPs") {
    std::set<QRgb> distinct{regionColour(kNoRegion).rgb()};
    for (std::size_t i = 0; i < 7; ++i)
        distinct.insert(regionColour(i).rgb());
    CHECK(distinct.size() == 8);
    CHECK(regionColour(7) == regionColour(0));
}

TEST_CASE("the simulation of colour blindness does what it should") {
    CHECK(seen(qRgb(255, 255, 255), kVisions[0])[0] == Approx(100).margin(0.01));
    const QRgb red = qRgb(200, 60, 60), green = qRgb(96, 120, 50);
    for (const std::size_t who : {1, 2})
        CHECK(distance(red, green, kVisions[who]) < 0.45 * distance(red, green, kVisions[0]));
    const QRgb blue = qRgb(60, 110, 190), teal = qRgb(40, 130, 130);
    CHECK(distance(blue, teal, kVisions[3]) < 0.45 * distance(blue, teal, kVisions[0]));
    for (const Vision& vision : kVisions) // greys stay grey
        CHECK(distance(qRgb(128, 128, 128), qRgb(128, 128, 128), vision) == 0);
}

TEST_CASE("levels of saturation stay apart for colour-blind people, on every theme's map") {
    static constexpr double kApart = 18; // nine times what can just be told apart
    for (const Theme theme : kThemes) {
        const InUse use(theme);
        for (const Vision& vision : kVisions) {
            std::vector<QRgb> discs;
            for (const double saturation : {0.3, 0.8, 0.93, 1.05})
                discs.push_back(saturationColour(saturation));
            for (std::size_t i = 0; i < discs.size(); ++i) {
                INFO(vision.name << ", level " << i << " on the " << themeName(theme) << " map");
                for (std::size_t k = 0; k < i; ++k)
                    CHECK(distance(discs[i], discs[k], vision) > kApart);
                CHECK(distance(discs[i], colours().land.rgb(), vision) > kApart);
                CHECK(distance(discs[i], colours().ocean.rgb(), vision) > kApart);
            }
        }
    }
}

TEST_CASE("status colours mean status: no ramp and no series is near one") {
    const auto chroma = [](QRgb colour) {
        const Triple lab = seen(colour, kVisions[0]);
        return std::hypot(lab[1], lab[2]);
    };
    for (const Theme theme : {Theme::dark, Theme::light}) {
        const InUse use(theme);
        INFO(themeName(theme));
        const Palette& p = colours();
        for (int i = 0; i <= 50; ++i) {
            CHECK(chroma(saturationColour(i / 50.0)) < 45);
            CHECK(chroma(heatColourAt(i / 50.0)) < 45);
        }
        std::vector<QRgb> series{p.series.rgb()};
        for (std::size_t i = 0; i < 7; ++i)
            series.push_back(regionColour(i).rgb());
        for (const QRgb one : series)
            for (const QColor& status : {p.elevated, p.critical, p.overload, p.silent, p.good}) {
                INFO(QColor(one).name().toStdString() << " and " << status.name().toStdString());
                CHECK(distance(one, status.rgb(), kVisions[0]) > 28);
            }
    }
}

TEST_CASE("status colours stay apart for colour-blind people, in every theme") {
    // Four times what can just be told apart side by side: they are small and not side by side. Shapes and
    // words say the same besides, and a ramp beneath them never does.
    static constexpr double kApart = 10;
    for (const Theme theme : kThemes) {
        const InUse use(theme);
        const Palette& p = colours();
        const std::array status{p.good, p.elevated, p.critical, p.overload, p.silent};
        for (const Vision& vision : kVisions)
            for (std::size_t i = 0; i < status.size(); ++i)
                for (std::size_t k = 0; k < i; ++k) {
                    INFO(vision.name << ", " << themeName(theme) << ": " << status[i].name().toStdString()
                                     << " and " << status[k].name().toStdString());
                    CHECK(distance(status[i].rgb(), status[k].rgb(), vision) >= kApart);
                }
    }
}

TEST_CASE("regions that lie on each other in a stack stay apart for colour-blind people") {
    // They touch, over long edges: five times what can just be told apart. Each is named where it ends.
    static constexpr double kApart = 12;
    for (const Theme theme : kThemes) {
        const InUse use(theme);
        for (const Vision& vision : kVisions)
            for (std::size_t i = 1; i < 7; ++i) {
                INFO(vision.name << ", " << themeName(theme) << ", region " << i << " on the one before");
                CHECK(distance(regionColour(i).rgb(), regionColour(i - 1).rgb(), vision) > kApart);
            }
    }
}

TEST_CASE("regions are told apart, and read on their ground, in every theme") {
    const auto light = [](const QColor& c) {
        return 0.2126 * linear(c.red()) + 0.7152 * linear(c.green()) + 0.0722 * linear(c.blue());
    };
    for (const Theme theme : kThemes) {
        const InUse use(theme);
        for (std::size_t i = 0; i < 7; ++i) {
            INFO(themeName(theme) << ", region " << i);
            const auto [dark, bright] = std::minmax({light(regionColour(i)), light(colours().panel)});
            CHECK((bright + 0.05) / (dark + 0.05) > 3);
            for (std::size_t k = 0; k < i; ++k)
                CHECK(distance(regionColour(i).rgb(), regionColour(k).rgb(), kVisions[0]) > 19);
        }
    }
}
