// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/flood.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::seconds kShortTime{60};
constexpr std::size_t kShortFlood = 5; // more cards in that are a flood, too
constexpr std::size_t kFloodEnds = 5;  // fewer in kFloodTime are none any more

} // namespace

Flood floodNow(const Flood& before, const Cards& cards, FeedSecond second) {
    const auto& shown = cards.memory().shown;
    const auto ofLate =
        std::ranges::find_if(shown, [&](const auto& one) { return second - one.second < kShortTime; });
    const bool isSudden = static_cast<std::size_t>(shown.end() - ofLate) > kShortFlood;
    Flood flood = before;
    if (isSudden || shown.size() > kFloodCards) flood.isOn = true;
    if (shown.size() < kFloodEnds) flood.isOn = false;
    if (!flood.isOn) return {};
    if (cards.isListed(flood.first)) return flood;
    // It begins, or its first card is gone: then the next one is the oldest that tells how it began.
    const auto from = isSudden && !before.isOn ? ofLate : shown.begin();
    const auto first =
        std::find_if(from, shown.end(), [&](const auto& one) { return cards.isListed(one.card); });
    flood.first = first == shown.end() ? 0 : first->card;
    return flood;
}

void tellFlood(const Flood& flood, AlarmStatus& status) {
    status.isFlood = flood.isOn;
    status.first = flood.first;
    status.folded = 0;
    status.foldedText.clear();
    std::map<std::string, std::size_t> byRule;
    for (const auto& card : status.cards)
        if (status.folds(card)) ++status.folded, ++byRule[card.rule];
    if (status.folded == 0) return;
    std::vector<std::pair<std::size_t, std::string>> rules;
    for (const auto& [rule, count] : byRule)
        rules.emplace_back(count, rule);
    std::ranges::stable_sort(rules, std::ranges::greater(), [](const auto& one) { return one.first; });
    status.foldedText = std::to_string(status.folded) + (status.folded == 1 ? " warning: " : " warnings: ");
    constexpr std::size_t kNamed = 3;
    for (std::size_t i = 0; i < std::min(kNamed, rules.size()); ++i)
        status.foldedText += (i > 0 ? ", " : "") + rules[i].second + " " + std::to_string(rules[i].first);
    if (rules.size() > kNamed) status.foldedText += " and " + std::to_string(rules.size() - kNamed) + " more";
}

} // namespace surgescope::feeds
