// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/alarm/transition.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// Cards in kFloodTime that people can handle with care: EEMUA 191's limit.
inline constexpr std::size_t kHandledCards = 1;

/// A card from when it fired until it was over, as it is told of afterwards.
struct JudgedCard {
    std::string rule;
    std::string group;                     // as on the card; empty: of the world
    Severity severity = Severity::warning; // the highest it had
    FeedSecond fired{};
    std::optional<FeedSecond> shown;  // nothing: it was explained by another card all along
    std::optional<FeedSecond> over;   // nothing: not yet
    Change ending{};                  // how it was over
    std::vector<std::string> members; // the most there were
    std::string text;                 // with these
    bool operator==(const JudgedCard&) const = default;
};

/// What one set of rules made of a feed. One thread.
class Judgement {
  public:
    /// In order. A card that fires anew is another one here; when feed time has jumped, what was not over
    /// then stays so.
    void take(const Transition& transition);
    /// What cards say now that are not over: members come without a transition.
    void take(const AlarmStatus& status);

    /// In the order in which they fired.
    const std::vector<JudgedCard>& cards() const { return m_cards; }
    std::size_t shown() const { return m_shown.size(); }
    /// Of all stretches of kFloodTime the one in which most cards were shown; nothing: none was.
    struct Rate {
        FeedSecond from{};
        std::size_t cards = 0;
    };
    std::optional<Rate> worst() const;

  private:
    using Key = std::pair<std::uint64_t, std::uint32_t>; // id and occurrence
    std::vector<JudgedCard> m_cards;
    std::map<Key, std::size_t> m_open; // of m_cards
    std::vector<FeedSecond> m_shown;
};

/// One card with rules A and with rules B, by position; nothing: it did not fire with them.
struct CardPair {
    std::optional<std::size_t> a;
    std::optional<std::size_t> b;
};
/// All cards of both, in the order in which they fired first. Of the same rule and group, and on at the same
/// time, they are one.
std::vector<CardPair> pairs(const std::vector<JudgedCard>& a, const std::vector<JudgedCard>& b);

} // namespace surgescope::feeds
