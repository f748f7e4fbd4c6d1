// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/alarm_bars.h"

#include <algorithm>
#include <chrono>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::minutes kAnotherTime{1};

bool isOver(AlarmState state) {
    return state == AlarmState::normal || state == AlarmState::returned;
}

AlarmBar::Look lookOf(const Transition& change) {
    if (change.change == Change::blinded) return AlarmBar::Look::blind;
    if (change.to == AlarmState::pending) return AlarmBar::Look::pending;
    return change.to == AlarmState::unacked ? AlarmBar::Look::unacked : AlarmBar::Look::acked;
}

bool wasTold(const AlarmBar& bar) {
    return std::ranges::any_of(bar.pieces,
                               [](const auto& piece) { return piece.look != AlarmBar::Look::pending; });
}

} // namespace

FeedSecond AlarmBar::toldAt() const {
    const auto told =
        std::ranges::find_if(pieces, [](const auto& piece) { return piece.look != Look::pending; });
    return told == pieces.end() ? FeedSecond{} : told->from;
}

void AlarmBars::take(const Transition& change) {
    if (change.second < m_last - kAnotherTime) m_bars.clear();
    m_last = change.second;
    ++m_changes;
    const Key key{change.card, change.occurrence};
    auto found = m_bars.find(key);
    if (found == m_bars.end()) {
        if (isOver(change.to)) return;
        if (m_bars.size() >= kMost) m_bars.erase(m_bars.begin());
        found = m_bars.emplace(key, AlarmBar{.card = change.card}).first;
    }
    auto& bar = found->second;
    if (bar.to) return; // what is done to a card that is gone
    bar.severity = std::max(bar.severity, change.severity);
    bar.isSilence = change.isSilence;
    if (!change.text.empty()) bar.text = change.text;
    if (isOver(change.to)) {
        bar.to = change.second;
        if (!wasTold(bar)) m_bars.erase(found);
        return;
    }
    const auto look = lookOf(change);
    if (bar.pieces.empty() || bar.pieces.back().look != look) bar.pieces.push_back({change.second, look});
}

void AlarmBars::know(const Card& card) {
    const Key key{card.id, card.occurrence};
    if (m_bars.contains(key) || m_bars.size() >= kMost) return;
    const auto look = card.isBlind                        ? AlarmBar::Look::blind
                      : card.state == AlarmState::unacked ? AlarmBar::Look::unacked
                                                          : AlarmBar::Look::acked;
    m_bars.emplace(key, AlarmBar{.card = card.id,
                                 .severity = card.severity,
                                 .isSilence = card.isSilence,
                                 .text = card.text,
                                 .pieces = {{card.since, look}},
                                 .to = card.until});
    m_last = std::max(m_last, card.since);
}

std::vector<AlarmBar> AlarmBars::all() const {
    std::vector<AlarmBar> bars;
    for (const auto& [key, bar] : m_bars)
        if (wasTold(bar)) bars.push_back(bar);
    std::ranges::stable_sort(bars, {}, [](const AlarmBar& bar) { return bar.pieces.front().from; });
    return bars;
}

} // namespace surgescope::feeds
