// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

namespace surgescope::widgets {

/// Pages that take turns, as numbers. It is told how time goes by; a touch holds it for a minute.
class PageRotation {
  public:
    static constexpr std::chrono::milliseconds kHold = std::chrono::seconds(60);

    PageRotation() = default; // does not turn
    PageRotation(int pages, std::chrono::milliseconds dwell, int first = 0)
        : m_pages(pages), m_dwell(dwell), m_page(first) {}

    bool turns() const { return m_pages > 1 && m_dwell.count() > 0; }
    int page() const { return m_page; }
    /// Of the present page's time, 0 to 1.
    double progress() const {
        return turns() ? static_cast<double>(m_shown.count()) / static_cast<double>(m_dwell.count()) : 0;
    }
    bool held() const { return m_hold.count() > 0; }

    void touch() { m_hold = kHold; }
    /// True when it is another page's turn. However long it was away, one page follows the other.
    bool advance(std::chrono::milliseconds time) {
        if (!turns()) return false;
        if (held()) {
            m_hold -= std::min(m_hold, time);
            return false;
        }
        m_shown += time;
        if (m_shown < m_dwell) return false;
        m_shown = std::chrono::milliseconds(0);
        m_page = (m_page + 1) % m_pages;
        return true;
    }

  private:
    int m_pages = 0;
    std::chrono::milliseconds m_dwell{0};
    std::chrono::milliseconds m_shown{0};
    std::chrono::milliseconds m_hold{0};
    int m_page = 0;
};

} // namespace surgescope::widgets
