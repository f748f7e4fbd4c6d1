// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace surgescope::widgets {

/// When pages that somebody must see have their turn among others, as numbers: 20 seconds of every 60, one
/// after the other. It is told how time goes by; a touch holds it for a minute.
class UrgentTurns {
  public:
    static constexpr std::chrono::milliseconds kEvery = std::chrono::seconds(60);
    static constexpr std::chrono::milliseconds kFor = std::chrono::seconds(20);
    static constexpr std::chrono::milliseconds kHold = std::chrono::seconds(60);

    /// How many there are. What begins to be urgent waits for its turn; without any none is shown.
    void setCount(int pages) {
        m_pages = pages;
        if (pages == 0) m_time = std::chrono::milliseconds(0);
    }
    int count() const { return m_pages; }
    /// Whose turn it is; nothing: that of the others.
    std::optional<int> shown() const {
        if (m_pages == 0 || m_time < kEvery - kFor) return std::nullopt;
        return m_turn % m_pages;
    }

    void touch() { m_hold = kHold; }
    /// True when it is somebody else's turn.
    bool advance(std::chrono::milliseconds time) {
        if (m_hold.count() > 0) {
            m_hold -= std::min(m_hold, time);
            return false;
        }
        if (m_pages == 0) return false;
        const auto before = shown();
        m_time += time;
        if (m_time >= kEvery) {
            m_time = std::chrono::milliseconds(0);
            ++m_turn;
        }
        return shown() != before;
    }

  private:
    int m_pages = 0;
    int m_turn = 0;
    std::chrono::milliseconds m_time{0};
    std::chrono::milliseconds m_hold{0};
};

} // namespace surgescope::widgets
