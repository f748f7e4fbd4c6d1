// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/axis_scale.h"

#include <array>
#include <cmath>

namespace surgescope::widgets {

namespace {

struct Nice {
    double value;
    int divisions;
};

constexpr std::array kNice{Nice{1, 4}, Nice{1.5, 3}, Nice{2, 4}, Nice{3, 3}, Nice{4, 4},
                           Nice{5, 5}, Nice{6, 3},   Nice{8, 4}, Nice{10, 4}};

double decadeOf(double value) {
    return std::pow(10.0, std::floor(std::log10(value)));
}

} // namespace

double AxisScale::niceAtLeast(double value) {
    const double decade = decadeOf(value);
    for (const Nice& nice : kNice)
        if (nice.value * decade >= value * (1 - 1e-9)) return nice.value * decade;
    return 10 * decade;
}

void AxisScale::show(double largest) {
    if (!(largest > 0) || !std::isfinite(largest)) return;
    if (largest > m_top)
        m_top = niceAtLeast(largest);
    else if (const double lower = niceAtLeast(largest / kRoomToStepDown); lower < m_top)
        m_top = lower;
}

int AxisScale::divisions() const {
    if (m_top <= 0) return 1;
    const double decade = decadeOf(m_top * (1 + 1e-9));
    for (const Nice& nice : kNice)
        if (std::abs(nice.value - m_top / decade) < 1e-6) return nice.divisions;
    return 4;
}

} // namespace surgescope::widgets
