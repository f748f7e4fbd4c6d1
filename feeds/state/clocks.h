// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// Time belongs to nobody: what clocks of publishers seem to say, and what most of them agree on. A message
/// is on its way for some time, never for less than none; so the smallest of many (arrival − sent) tells how
/// far the sender's clock is behind ours, up to the shortest way. (The filter of NTP's: RFC 5905,
/// section 10.)
namespace surgescope::feeds {

using Offset = std::chrono::microseconds; // positive: behind

/// One publisher's clock, as far as it can be told from its messages. Times of arrival are of one line that
/// never goes back.
class ClockOffset {
  public:
    /// The smallest one counts for so long, and up to a third longer.
    static constexpr std::chrono::seconds kWindow{30};

    /// A message that came in order, of its topic.
    void hear(WallTime sent, WallTime arrived);

    /// The smallest (arrival − sent) of the window; nothing before the first message.
    std::optional<Offset> offset() const;
    /// It will hardly become smaller: whoever delivers what was queued has done so.
    bool isSettled() const { return m_messages > 1 && m_newest - m_fellAt >= kSettlesAfter; }
    WallTime newest() const { return m_newest; } // arrival
    WallTime sent() const { return m_sent; }     // last

  private:
    static constexpr std::chrono::seconds kBucket{10};
    static constexpr std::size_t kBuckets = 4;
    static constexpr std::chrono::seconds kSettlesAfter{2};
    struct Bucket {
        std::int64_t number = -1; // arrival / kBucket
        Offset least{};
    };

    std::array<Bucket, kBuckets> m_buckets;
    WallTime m_sent{};
    WallTime m_newest{};
    WallTime m_fellAt{}; // when the smallest one became smaller, noticeably
    std::uint32_t m_messages = 0;
};

/// What the clocks of a fleet agree on.
struct Consensus {
    /// Below this no clock is called wrong: ways differ.
    static constexpr Offset kTolerance{500'000};

    Offset offset{};       // of the middle clock; without a majority, of the one that is nearest to ours
    bool majority = false; // more than half of them are within the tolerance of the middle one
    std::size_t clocks = 0;
};

/// One offset for each publisher; they are put in another order. Nothing: there are none.
std::optional<Consensus> consensusOf(std::vector<Offset>& offsets);

/// Whole seconds to add to a publisher's times, so that they are of the fleet's: `before` is what was added
/// so far, and remains while it is about right, so that no second is reported twice and another not at all.
std::chrono::seconds shiftFor(Offset offset, std::chrono::seconds before);

} // namespace surgescope::feeds
