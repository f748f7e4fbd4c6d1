// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What a wall says of itself each time it asks the desk.
struct WallReport {
    static constexpr std::size_t kMostName = 64;
    std::string name;                        // its machine's
    std::uint64_t run = 0;                   // another number each time it is started
    std::chrono::milliseconds paintedAgo{0}; // its window
    bool leaves = false;                     // it ends, and is not to be missed
};

/// The walls that ask a desk, and which of them are frozen. Of one that is silent the desk cannot know
/// whether it is frozen as a whole or cut off. One thread.
class Walls {
  public:
    /// Walls ask once a second.
    static constexpr std::chrono::seconds kFrozenAfter{5};
    /// One that is switched off without a word is not missed for ever.
    static constexpr std::chrono::hours kMissedFor{1};
    static constexpr std::size_t kMost = 200; // further ones are not watched

    /// `key`: the name of the one it came by; empty: it has none.
    void heard(const WallReport& report, const std::string& key, SteadyTime now, WallTime wall);
    /// Call it again and again: what was said while nobody listened here is not held against a wall.
    std::vector<FrozenWall> frozen(SteadyTime now);

  private:
    struct Wall {
        std::uint64_t run = 0;
        std::string name;
        SteadyTime heard;
        SteadyTime painted;
        WallTime paintedAt; // the same
    };
    std::vector<Wall> m_walls;
    std::optional<SteadyTime> m_lookedAt;
};

} // namespace surgescope::feeds
