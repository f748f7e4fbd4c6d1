// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>

namespace surgescope::feeds {

/// How many messages of the size seen lately may wait so that they take no more than a budget of bytes:
/// ZeroMQ counts messages, and one may have 100 bytes or 16 MB. One thread.
class ByteBudget {
  public:
    static constexpr int kFewest = 100;
    static constexpr int kMost = 100'000;

    explicit ByteBudget(std::size_t bytes) : m_bytes(static_cast<double>(bytes)), m_mark(markOf(m_mean)) {}

    int mark() const { return m_mark; }
    /// A message of so many bytes was sent. True: the mark has moved, noticeably.
    bool note(std::size_t bytes) {
        m_mean += (static_cast<double>(bytes) - m_mean) / kWindow;
        const int mark = markOf(m_mean);
        if (mark < m_mark * 3 / 2 && mark * 3 / 2 > m_mark) return false;
        m_mark = mark;
        return true;
    }

  private:
    static constexpr double kWindow = 1'024; // messages: more than a fleet's second
    static constexpr double kReport = 600;   // bytes, before anything was sent

    int markOf(double mean) const {
        return static_cast<int>(std::clamp(m_bytes / std::max(mean, 1.0), double{kFewest}, double{kMost}));
    }

    double m_bytes;
    double m_mean = kReport;
    int m_mark;
};

} // namespace surgescope::feeds
