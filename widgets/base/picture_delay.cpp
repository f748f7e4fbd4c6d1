// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/picture_delay.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

void PictureDelay::record(double milliseconds) {
    if (m_delays.size() < kMost) {
        m_delays.push_back(milliseconds);
        m_next = m_delays.size() % kMost;
    } else {
        m_delays[m_next] = milliseconds;
        m_next = (m_next + 1) % kMost;
    }
}

PictureDelays PictureDelay::delays() const {
    if (m_delays.empty()) return {};
    auto sorted = m_delays;
    std::ranges::sort(sorted);
    const auto at = [&sorted](double share) { // nearest rank
        const double rank = std::ceil(share * static_cast<double>(sorted.size()));
        return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
    };
    return {sorted.size(), at(0.5), at(0.99)};
}

} // namespace surgescope::widgets
