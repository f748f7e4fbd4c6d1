// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/transition.h"
#include "feeds/model/feed_time.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// When a card was there, for a lane beside a timeline. Times are the data's.
struct AlarmBar {
    enum class Look : std::uint8_t {
        pending, // nobody is told yet
        unacked,
        acked, // or shelved
        blind, // nothing is measured any more
    };
    struct Piece {
        FeedSecond from{};
        Look look{};
        bool operator==(const Piece&) const = default;
    };
    std::uint64_t card = 0;
    Severity severity = Severity::warning; // the highest
    bool isSilence = false;
    std::string text; // as it was last
    std::vector<Piece> pieces;
    std::optional<FeedSecond> to; // nothing: it is still there
    /// When people were first told of it.
    FeedSecond toldAt() const;
    bool operator==(const AlarmBar&) const = default;
};

/// Makes bars of the log of alarms. What people were never told of has none. One thread.
class AlarmBars {
  public:
    static constexpr std::size_t kMost = 500; // then the oldest go

    /// In the order of the log. One much older than the one before begins another time: all are gone.
    void take(const Transition& change);
    /// One whose changes were before the log that is there: of a part that was cut out, or after a restart.
    void know(const Card& card);
    /// By their beginning.
    std::vector<AlarmBar> all() const;
    /// Changes with each change taken.
    std::uint64_t changes() const { return m_changes; }

  private:
    using Key = std::pair<std::uint64_t, std::uint32_t>; // card, occurrence
    std::map<Key, AlarmBar> m_bars;
    FeedSecond m_last{};
    std::uint64_t m_changes = 0;
};

} // namespace surgescope::feeds
