// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_totals.h"
#include "feeds/state/gap_tracker.h"
#include "feeds/state/open_seconds.h"
#include "feeds/state/publishers.h"
#include "feeds/util/clock.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <cstdint>
#include <optional>

namespace surgescope::feeds {

/// When a message came: `now` paces and ages, `stamp` is the wall clock's, on a line that never goes back.
struct Arrival {
    SteadyTime now;
    WallTime stamp;
};

/// Whether what is heard counts: whose session speaks for a name, what was lost before, whose clock is off,
/// and in which second a report belongs. A wall and a relay judge alike, by this. One thread.
class Judge {
  public:
    struct Heard {
        Publishers::Publisher* publisher = nullptr; // valid until the next message; null: refused
        std::optional<Refused> refused;             // of a duplicate there is a publisher nevertheless
        /// Until now all was rehearsed or recorded; this one reports by a clock.
        bool endsRehearsal = false;
    };
    /// Each message once, before it is used.
    template <class Message> Heard hear(const Message& message, Arrival arrival);

    struct Timed {
        FeedSecond second{}; // the one it counts in
        std::optional<Refused> refused;
        bool wentBack = false; // the fleet's time did: what the place holds is of another time
    };
    /// Of a report that was heard: whether it can be added to what is open of its place, and was not yet. Once
    /// for each. `alone`: nobody else speaks for that place.
    Timed time(const PopReport& message, const Heard& heard, const OpenSeconds& open, bool alone,
               Arrival arrival);
    /// What of its totals counts: a clock that is off has measured no lags. Valid until the next call.
    const PopTotals& totalsOf(const PopReport& message, const Heard& heard);
    /// Reports put into another second than they said, because their publisher's clock is off.
    std::uint64_t corrected() const { return m_corrected; }

    const Publishers& publishers() const { return m_publishers; }
    Publishers& publishers() { return m_publishers; }
    const GapTracker& gaps() const { return m_gaps; }
    GapTracker& gaps() { return m_gaps; }

    /// Forgets everybody.
    void clear();

  private:
    Timed placed(const PopReport& message, const Heard& heard, const OpenSeconds& open, bool alone,
                 Arrival arrival) const;

    Publishers m_publishers{limits::kPublishers};
    GapTracker m_gaps{limits::kStreams};
    std::optional<bool> m_isOfNow; // reports come by real clocks; nothing before the first
    PopTotals m_correctedTotals;   // for its memory
    std::uint64_t m_corrected = 0;
};

} // namespace surgescope::feeds
