// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace surgescope::widgets {

/// Finds the marker under the pointer through a grid, so that hovering costs the same with 400 and with
/// 4,000.
class PopFinder {
  public:
    /// Position i of the vectors is what find() answers.
    void build(const std::vector<QPointF>& centres, const std::vector<double>& radii, double cell);
    /// The nearest marker that has `at` within its radius, or within `slack` pixels of its centre.
    std::optional<std::size_t> find(QPointF at, double slack) const;

  private:
    std::int64_t cellOf(double x, double y) const;

    double m_cell = 32;
    double m_widest = 0;
    std::vector<QPointF> m_centres;
    std::vector<double> m_radii;
    std::unordered_map<std::int64_t, std::vector<std::size_t>> m_cells;
};

} // namespace surgescope::widgets
