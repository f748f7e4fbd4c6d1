// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/viewing.h"

#include "widgets/base/fonts.h"

#include <QString>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgescope::widgets {

namespace {

constexpr double kMillimetresOfInch = 25.4;
constexpr double kDrawnHigh = 1080; // pixels of the drawing that the wall's boxes are placed after
// So many times larger may type be than in that drawing: in more the overview's words no longer fit.
constexpr double kMostTypeFactor = 1.6;

double heightScale(QSize screen) {
    return std::max(0.3, screen.height() / kDrawnHigh);
}

double typeFactor(const Viewing& viewing, QSize screen) {
    return typePixels(viewing, screen, kLeastMinutesOfArc) / kLeastType / heightScale(screen);
}

std::string number(double value) {
    return QString::number(value, 'g', 3).toStdString();
}

} // namespace

double typePixels(const Viewing& viewing, QSize screen, double minutesOfArc) {
    const double capital = viewing.metres * 1000 * std::tan(minutesOfArc / 60 * std::numbers::pi / 180);
    const double pitch =
        viewing.inches * kMillimetresOfInch / std::max(1.0, std::hypot(screen.width(), screen.height()));
    return capital / (pitch * kCapitals);
}

double wallScale(const Viewing& viewing, QSize screen) {
    return heightScale(screen) * std::clamp(typeFactor(viewing, screen), 1.0, kMostTypeFactor);
}

std::string viewingProblem(const Viewing& viewing) {
    const auto outside = [](double value, double least, double most) {
        return !(value >= least && value <= most);
    };
    if (outside(viewing.metres, kLeastMetres, kMostMetres))
        return "--viewing: expected " + number(kLeastMetres) + " to " + number(kMostMetres) +
               " metres, got " + number(viewing.metres);
    if (outside(viewing.inches, kLeastInches, kMostInches))
        return "--diagonal: expected " + number(kLeastInches) + " to " + number(kMostInches) +
               " inches, got " + number(viewing.inches);
    const double factor = typeFactor(viewing, {1920, 1080}); // as of any screen of that shape
    if (factor <= kMostTypeFactor) return {};
    const double much = factor / kMostTypeFactor;
    return "--viewing: from " + number(viewing.metres) + " m a screen of " + number(viewing.inches) +
           " inches cannot be read; expected at most " + number(std::floor(viewing.metres / much * 10) / 10) +
           " m, or at least " + number(std::ceil(viewing.inches * much)) + " inches";
}

} // namespace surgescope::widgets
