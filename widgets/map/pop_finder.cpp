// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_finder.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

void PopFinder::build(const std::vector<QPointF>& centres, const std::vector<double>& radii, double cell) {
    m_cell = cell;
    m_centres = centres;
    m_radii = radii;
    m_widest = radii.empty() ? 0 : *std::max_element(radii.begin(), radii.end());
    m_cells.clear();
    for (std::size_t i = 0; i < centres.size(); ++i)
        m_cells[cellOf(centres[i].x(), centres[i].y())].push_back(i);
}

std::optional<std::size_t> PopFinder::find(QPointF at, double slack) const {
    std::optional<std::size_t> best;
    double bestDistance = 0;
    const double reach = std::max(m_widest, slack);
    for (double y = at.y() - reach;; y += m_cell) {
        for (double x = at.x() - reach;; x += m_cell) {
            const auto found = m_cells.find(cellOf(x, y));
            if (found != m_cells.end()) {
                for (const std::size_t i : found->second) {
                    const double distance = std::hypot(m_centres[i].x() - at.x(), m_centres[i].y() - at.y());
                    if (distance > std::max(m_radii[i], slack) || (best && distance >= bestDistance))
                        continue;
                    best = i;
                    bestDistance = distance;
                }
            }
            if (x > at.x() + reach) break;
        }
        if (y > at.y() + reach) break;
    }
    return best;
}

std::int64_t PopFinder::cellOf(double x, double y) const {
    const auto column = static_cast<std::int64_t>(std::floor(x / m_cell));
    const auto row = static_cast<std::int64_t>(std::floor(y / m_cell));
    return row * 1'000'003 + column;
}

} // namespace surgescope::widgets
