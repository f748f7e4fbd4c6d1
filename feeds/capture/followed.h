// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/gap_tracker.h"
#include "feeds/state/publishers.h"
#include "feeds/wire/limits.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

/// Who speaks for whom in a recording, and by what clock, as a wall follows it; for those that need no more
/// of a fleet's state. Messages in the order of their log time. One thread.
class Followed {
  public:
    /// The second that a message counts in, corrected where its publisher's clock is off. Nothing: it does
    /// not speak for its publisher, came before, or is of a second that is too late or too early.
    std::optional<FeedSecond> take(const Header& header, std::string_view topic, std::uint64_t logTime);

    const GapTracker::Counts& counts() const { return m_sequences.counts(); }

  private:
    Publishers m_publishers{limits::kPublishers};
    GapTracker m_sequences{limits::kStreams};
};

} // namespace surgescope::feeds
