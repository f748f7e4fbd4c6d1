// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <algorithm>
#include <chrono>

namespace surgescope::feeds {

/// Stamps what arrives, once: wall time that never goes back. Where the wall clock is set back, stamps go on
/// as fast as the steady clock until it has caught up; where it is set forward, they follow. One thread.
class ArrivalLine {
  public:
    /// `clock` must outlive the line.
    explicit ArrivalLine(const Clock& clock)
        : m_clock(clock), m_steady(clock.steady()), m_last(clock.wall()) {}

    /// For what arrives now.
    WallTime stamp() {
        const auto steady = m_clock.steady();
        const auto passed = std::chrono::floor<std::chrono::microseconds>(steady - m_steady);
        m_last = std::max(m_clock.wall(), m_last + std::max(passed, std::chrono::microseconds(0)));
        m_steady += passed; // what is less than a microsecond is counted the next time
        return m_last;
    }
    /// When that was, to the microsecond.
    SteadyTime steady() const { return m_steady; }

  private:
    const Clock& m_clock;
    SteadyTime m_steady; // of the last stamp
    WallTime m_last;
};

} // namespace surgescope::feeds
