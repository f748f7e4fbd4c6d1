// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/observed.h"
#include "feeds/state/baseline.h"
#include "feeds/state/fleet_state.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Reads from the state what alarms are judged by. Ages of PoPs are those of their data, so that a recording
/// is judged alike however fast it is played. One thread.
class Observation {
  public:
    struct Now {
        std::optional<FeedSecond> releaseAt;
        double feedAgeSeconds = 0;
        std::optional<std::uint64_t> recorderDropped;
        const Baseline* baseline = nullptr;
    };
    /// Of a second that is still open. Each once, in order. Valid until the next call, and as long as the
    /// state is not changed.
    ObservedSecond of(const FleetState& state, FeedSecond second, const Now& now);

    /// Another time: who was heard is what the state remembers.
    void clear() { m_heardAt.clear(); }

  private:
    std::map<std::string, std::optional<FeedSecond>, std::less<>> m_heardAt; // PoPs; nothing: never
    std::vector<ObservedPlace> m_regions;
    std::vector<ObservedPlace> m_pops;
    std::vector<ObservedPublisher> m_publishers;
};

} // namespace surgescope::feeds
