// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace surgescope::widgets {

/// From the arrival of the report that settled a second to its picture, in milliseconds; all 0 when count is
/// 0.
struct PictureDelays {
    std::size_t count = 0; // that the others are of
    double p50 = 0;
    double p99 = 0;
};

/// Keeps how long the newest pictures took: of one settled second each, ten minutes of them. GUI thread only.
class PictureDelay {
  public:
    static constexpr std::size_t kMost = 600;

    void record(double milliseconds);
    PictureDelays delays() const;
    void forget() { m_delays.clear(); }

  private:
    std::vector<double> m_delays; // a ring, m_next is the oldest when it is full
    std::size_t m_next = 0;
};

} // namespace surgescope::widgets
