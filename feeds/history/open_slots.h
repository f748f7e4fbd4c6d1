// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Adds up reports of seconds into rollups of ten seconds. One is over when a report comes that is
/// OpenSeconds::kOpenSeconds behind its end, or nothing has for a while. What comes after that counts in the
/// first slot that is still open: sums stay right, and no store takes a sample older than it has. One thread.
class OpenSlots {
  public:
    static constexpr std::chrono::seconds kWidth{10};
    /// A slot that nobody has added to is over by then.
    static constexpr std::chrono::seconds kSilence{20};
    /// So many wait to be taken, five minutes; then the oldest is given up.
    static constexpr std::size_t kMost = 30;
    /// A report so far behind what was taken is of a time that began anew, a rehearsal's.
    static constexpr std::chrono::seconds kAnew{60};

    /// `after`: what ends there, or before, was taken by somebody before.
    explicit OpenSlots(std::optional<FeedSecond> after = {}) : m_taken(after) {}

    void add(const std::string& pop, FeedSecond second, const PopTotals& totals, std::uint64_t expectedNodes,
             SteadyTime now);
    /// Those that are over, oldest first; or all.
    std::vector<FleetRollup> take(SteadyTime now, bool all = false);
    /// Given up so far.
    std::uint64_t dropped() const { return m_dropped; }

  private:
    struct Slot {
        SteadyTime touched;
        std::map<std::string, FleetRollup::Pop> pops;
    };
    FeedSecond slotFor(FeedSecond second);

    std::map<FeedSecond, Slot> m_slots; // by their ends
    std::optional<FeedSecond> m_taken;  // the newest
    std::optional<FeedSecond> m_newest; // second
    std::uint64_t m_dropped = 0;
};

} // namespace surgescope::feeds
