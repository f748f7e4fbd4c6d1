// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/judgement.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

bool isEnd(const Transition& transition) {
    return transition.to == AlarmState::returned ||
           (transition.to == AlarmState::normal && transition.from != AlarmState::returned);
}

void describe(JudgedCard& card, const std::vector<std::string>& members, const std::string& text) {
    if (!card.text.empty() && members.size() < card.members.size()) return;
    card.members = members;
    card.text = text;
}

bool overlap(const JudgedCard& a, const JudgedCard& b) {
    return a.rule == b.rule && a.group == b.group && (!a.over || b.fired <= *a.over) &&
           (!b.over || a.fired <= *b.over);
}

} // namespace

void Judgement::take(const Transition& transition) {
    const Key key{transition.card, transition.occurrence};
    if (transition.change == Change::fired) {
        m_open[key] = m_cards.size();
        m_cards.push_back({.rule = transition.rule, .group = transition.group, .fired = transition.second});
    }
    const auto open = m_open.find(key);
    if (open == m_open.end()) return; // what becomes of one that is over
    auto& card = m_cards[open->second];
    card.severity = std::max(card.severity, transition.severity);
    describe(card, transition.members, transition.text);
    if (transition.to == AlarmState::unacked && !card.shown) {
        card.shown = transition.second;
        m_shown.push_back(transition.second);
    }
    if (!isEnd(transition)) return;
    card.over = transition.second;
    card.ending = transition.change;
    m_open.erase(open);
}

void Judgement::take(const AlarmStatus& status) {
    for (const auto& card : status.cards)
        if (const auto open = m_open.find({card.id, card.occurrence});
            open != m_open.end() && card.members.size() > m_cards[open->second].members.size())
            describe(m_cards[open->second], card.members, card.text);
}

std::optional<Judgement::Rate> Judgement::worst() const {
    std::optional<Rate> worst;
    for (const auto from : m_shown) {
        const auto cards = static_cast<std::size_t>(std::ranges::count_if(
            m_shown, [from](FeedSecond at) { return at >= from && at < from + kFloodTime; }));
        if (!worst || cards > worst->cards) worst = {from, cards};
    }
    return worst;
}

std::vector<CardPair> pairs(const std::vector<JudgedCard>& a, const std::vector<JudgedCard>& b) {
    std::vector<CardPair> all;
    std::vector<bool> isPaired(b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CardPair pair{.a = i, .b = std::nullopt};
        for (std::size_t k = 0; k < b.size() && !pair.b; ++k)
            if (!isPaired[k] && overlap(a[i], b[k])) pair.b = k;
        if (pair.b) isPaired[*pair.b] = true;
        all.push_back(pair);
    }
    for (std::size_t k = 0; k < b.size(); ++k)
        if (!isPaired[k]) all.push_back({.a = std::nullopt, .b = k});
    std::ranges::stable_sort(all, {}, [&](const CardPair& pair) {
        if (!pair.b) return a[*pair.a].fired;
        return pair.a ? std::min(a[*pair.a].fired, b[*pair.b].fired) : b[*pair.b].fired;
    });
    return all;
}

} // namespace surgescope::feeds
