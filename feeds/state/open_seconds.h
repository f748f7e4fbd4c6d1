// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_totals.h"

#include <array>
#include <chrono>
#include <cstddef>

namespace surgescope::feeds {

/// The newest seconds of one place, whole and still added to: what it reported in each. A second closes when
/// one comes that is kOpenSeconds newer. Some 20 kB. One thread.
class OpenSeconds {
  public:
    /// Seconds that stay open behind the newest one.
    static constexpr int kOpenSeconds = 8;

    /// The newest second ever opened. Meaningful only if !empty().
    FeedSecond newest() const { return m_newest; }
    bool empty() const { return m_empty; }

    /// The totals of a second, to be added to. Each that it closes, when it is newer than all others, is
    /// first given to `close(second, totals)`, oldest first. Null: that second is closed already.
    template <class Close> PopTotals* open(FeedSecond second, Close close) {
        if (!m_empty && second <= m_newest - std::chrono::seconds(kOpenSeconds)) return nullptr;
        if (m_empty || second > m_newest) {
            for (int back = kOpenSeconds - 1; back >= 0; --back) {
                const auto old = m_newest - std::chrono::seconds(back);
                if (!totals(old) || old > second - std::chrono::seconds(kOpenSeconds)) continue;
                close(old, m_totals[indexOf(old)]);
                m_open[indexOf(old)].used = false;
            }
            m_newest = second;
            m_empty = false;
        }
        const auto index = indexOf(second);
        if (!m_open[index].used) {
            m_open[index] = {second, true};
            m_totals[index].clear();
        }
        return &m_totals[index];
    }
    /// The totals of a second while it is open and has any; null otherwise.
    const PopTotals* totals(FeedSecond second) const {
        const auto& open = m_open[indexOf(second)];
        return open.used && open.second == second ? &m_totals[indexOf(second)] : nullptr;
    }
    /// Calls `use(second, totals)` with each that is open, in no order.
    template <class Use> void forEach(Use use) const {
        for (std::size_t i = 0; i < m_open.size(); ++i)
            if (m_open[i].used) use(m_open[i].second, m_totals[i]);
    }
    /// Adds them all up.
    void mergeOpenInto(PopTotals& sum) const {
        forEach([&](FeedSecond, const PopTotals& totals) { sum.merge(totals); });
    }

    void clear() {
        for (auto& open : m_open)
            open.used = false;
        m_empty = true;
        m_newest = {};
    }

    /// Where what else is kept of an open second may stand in an array of kOpenSeconds.
    static std::size_t indexOf(FeedSecond second) {
        return static_cast<std::size_t>(unixSeconds(second)) % kOpenSeconds;
    }

  private:
    struct Open { // without its totals: all are looked through again and again
        FeedSecond second{};
        bool used = false;
    };

    std::array<Open, kOpenSeconds> m_open;
    std::array<PopTotals, kOpenSeconds> m_totals; // of m_open
    FeedSecond m_newest{};
    bool m_empty = true;
};

} // namespace surgescope::feeds
