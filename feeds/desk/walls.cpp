// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/walls.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {

void Walls::heard(const WallReport& report, const std::string& key, SteadyTime now, WallTime wall) {
    const auto name = key.empty() || key == report.name ? report.name : report.name + " (" + key + ")";
    auto its = std::ranges::find_if(
        m_walls, [&](const Wall& one) { return one.run == report.run && one.name == name; });
    if (its == m_walls.end()) {
        // It was started again: the one before it is not frozen, but gone.
        std::erase_if(m_walls,
                      [&](const Wall& one) { return one.name == name && now - one.heard > kFrozenAfter; });
        if (report.leaves || m_walls.size() >= kMost) return;
        its = m_walls.insert(m_walls.end(), {.run = report.run, .name = name});
    }
    if (report.leaves) {
        m_walls.erase(its);
        return;
    }
    its->heard = now;
    its->painted = now - report.paintedAgo;
    its->paintedAt = std::chrono::time_point_cast<WallTime::duration>(wall - report.paintedAgo);
}

std::vector<FrozenWall> Walls::frozen(SteadyTime now) {
    std::erase_if(m_walls, [&](const Wall& one) { return now - one.heard > kMissedFor; });
    const auto away = now - std::exchange(m_lookedAt, now).value_or(now);
    if (away > kFrozenAfter)
        for (auto& wall : m_walls) {
            wall.heard += away;
            wall.painted += away;
        }
    std::vector<FrozenWall> frozen;
    for (const auto& wall : m_walls)
        if (now - wall.painted > kFrozenAfter)
            frozen.push_back({.name = wall.name,
                              .since = std::chrono::floor<std::chrono::seconds>(wall.paintedAt),
                              .isSilent = now - wall.heard > kFrozenAfter});
    return frozen;
}

} // namespace surgescope::feeds
