// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/paint_clock.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

void PaintClock::record(double milliseconds) {
    if (m_durations.size() < kMost)
        m_durations.push_back(milliseconds);
    else
        m_durations[m_count % kMost] = milliseconds;
    ++m_count;
    m_max = std::max(m_max, milliseconds);
}

PaintTimes PaintClock::take() {
    PaintTimes times;
    if (m_count > 0) {
        std::sort(m_durations.begin(), m_durations.end());
        const auto at = [this](double share) { // nearest rank
            const double rank = std::ceil(share * static_cast<double>(m_durations.size()));
            return m_durations[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
        };
        times = {m_count, at(0.5), at(0.95), m_max};
    }
    m_durations.clear();
    m_count = 0;
    m_max = 0;
    return times;
}

} // namespace surgescope::widgets
