// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>

#include <cstddef>
#include <vector>

namespace surgescope::widgets {

/// Times in milliseconds; all 0 when count is 0.
struct PaintTimes {
    std::size_t count = 0;
    double median = 0;
    double p95 = 0;
    double max = 0;
};

/// Collects how long painting took. GUI thread only. Keeps at most kMost durations between two questions; of
/// more it keeps the latest, but count and max are of all.
class PaintClock {
  public:
    static constexpr std::size_t kMost = 10'000;

    void record(double milliseconds);
    /// What was collected since the last call, which it forgets.
    PaintTimes take();

  private:
    std::vector<double> m_durations;
    std::size_t m_count = 0;
    double m_max = 0;
};

/// Times its own life.
class PaintTimer {
  public:
    explicit PaintTimer(PaintClock& clock) : m_clock(clock) { m_timer.start(); }
    ~PaintTimer() { m_clock.record(static_cast<double>(m_timer.nsecsElapsed()) / 1e6); }
    PaintTimer(const PaintTimer&) = delete;
    PaintTimer& operator=(const PaintTimer&) = delete;

  private:
    PaintClock& m_clock;
    QElapsedTimer m_timer;
};

} // namespace surgescope::widgets
