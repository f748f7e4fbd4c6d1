// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/purge_sequence.h"

#include <iterator>

namespace surgescope::feeds {

void PurgeSequence::note(std::uint64_t sequence, bool applied) {
    const std::uint64_t distance = sequence > m_head ? sequence - m_head : m_head - sequence;
    if (!m_started || distance > kFarthest) restart(sequence);
    if (sequence > m_head) {
        if (sequence - m_head > 1) open(m_head + 1, sequence - 1);
        m_head = sequence;
        if (!applied) open(sequence, sequence);
    } else if (applied) {
        close(sequence);
    } // else: it is pending already, or it was applied before and failed when it was repeated
}

void PurgeSequence::open(std::uint64_t first, std::uint64_t last) {
    m_pending += last - first + 1;
    if (!m_gaps.empty() && std::prev(m_gaps.end())->second + 1 == first)
        std::prev(m_gaps.end())->second = last;
    else
        m_gaps.emplace_hint(m_gaps.end(), first, last);
    trim();
}

void PurgeSequence::trim() {
    while (m_gaps.size() > kGaps) {
        const auto oldest = m_gaps.begin();
        const std::uint64_t count = oldest->second - oldest->first + 1;
        m_pending -= count;
        m_givenUp += count;
        m_gaps.erase(oldest);
    }
}

void PurgeSequence::close(std::uint64_t sequence) {
    auto gap = m_gaps.upper_bound(sequence);
    if (gap == m_gaps.begin()) return;
    --gap;
    const auto [first, last] = *gap;
    if (sequence > last) return;
    m_gaps.erase(gap);
    m_pending -= last - first + 1;
    if (first < sequence) m_gaps.emplace(first, sequence - 1);
    if (sequence < last) m_gaps.emplace(sequence + 1, last);
    m_pending += last - first;
    trim(); // one gap can have become two
}

void PurgeSequence::restart(std::uint64_t head) {
    m_givenUp += m_pending;
    m_pending = 0;
    m_gaps.clear();
    m_started = true;
    m_head = head == 0 ? 0 : head - 1;
}

} // namespace surgescope::feeds
