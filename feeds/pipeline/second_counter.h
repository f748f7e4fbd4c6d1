// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <chrono>
#include <cstdint>

namespace surgescope::feeds {

/// What came in the newest whole second. Publishers speak at the beginning of a second: the seconds counted
/// here begin in the middle of those of the wall clock, so that none cuts a burst in two. One thread.
class SecondCounter {
  public:
    struct Counts {
        std::uint64_t reports = 0;
        std::uint64_t bytes = 0;
    };

    SecondCounter(SteadyTime now, WallTime wall)
        : m_begin(now - (wall + kHalf - std::chrono::floor<std::chrono::seconds>(wall + kHalf))) {}

    void addReport(SteadyTime now) {
        turn(now);
        ++m_counts.reports;
    }
    void addBytes(SteadyTime now, std::uint64_t bytes) {
        turn(now);
        m_counts.bytes += bytes;
    }
    Counts last(SteadyTime now) {
        turn(now);
        return m_last;
    }

  private:
    static constexpr std::chrono::milliseconds kHalf{500};

    void turn(SteadyTime now) {
        const auto passed = std::chrono::floor<std::chrono::seconds>(now - m_begin);
        if (passed < std::chrono::seconds(1)) return;
        m_last = passed == std::chrono::seconds(1) ? m_counts : Counts{};
        m_counts = {};
        m_begin += passed;
    }

    SteadyTime m_begin; // of the second that is counted
    Counts m_counts;
    Counts m_last; // of the one before
};

} // namespace surgescope::feeds
