// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/open_slots.h"

#include "feeds/state/open_seconds.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {

FeedSecond OpenSlots::slotFor(FeedSecond second) {
    const auto width = kWidth.count();
    const auto end = feedSecond((unixSeconds(second) + width - 1) / width * width);
    if (!m_taken || end > *m_taken) return end;
    if (*m_taken - end <= kAnew) return *m_taken + kWidth;
    m_taken.reset();
    m_newest.reset();
    return end;
}

void OpenSlots::add(const std::string& code, FeedSecond second, const PopTotals& totals,
                    std::uint64_t expectedNodes, SteadyTime now) {
    const auto end = slotFor(second);
    auto& slot = m_slots[end];
    slot.touched = now;
    auto& pop = slot.pops[code];
    pop.pop = code;
    pop.end = end;
    pop.expectedNodes = std::max(pop.expectedNodes, expectedNodes);
    pop.totals.merge(totals);
    if (const auto back = (end - second).count(); back < 64) pop.observed |= std::uint64_t{1} << back;
    m_newest = std::max(m_newest.value_or(second), second);
    if (m_slots.size() <= kMost) return;
    m_slots.erase(m_slots.begin());
    ++m_dropped;
}

std::vector<FleetRollup> OpenSlots::take(SteadyTime now, bool all) {
    std::vector<FleetRollup> taken;
    while (!m_slots.empty()) {
        auto& [end, slot] = *m_slots.begin();
        const bool isOver = *m_newest - end >= std::chrono::seconds(OpenSeconds::kOpenSeconds) ||
                            now - slot.touched >= kSilence;
        if (!isOver && !all) break;
        FleetRollup rollup;
        rollup.end = end;
        rollup.width = kWidth;
        for (auto& [code, pop] : slot.pops)
            rollup.pops.push_back(std::move(pop));
        taken.push_back(std::move(rollup));
        m_taken = end;
        m_slots.erase(m_slots.begin());
    }
    return taken;
}

} // namespace surgescope::feeds
