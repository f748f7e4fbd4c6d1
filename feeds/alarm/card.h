// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// How bad it is: ordered.
enum class Severity : std::uint8_t { warning, critical };

/// What becomes of an alarm, after ISA-18.2. Nobody sees `normal` and `pending` ones.
enum class AlarmState : std::uint8_t {
    normal,
    pending,  // it waits for company, or another card explains it
    unacked,  // nobody has said that he knows of it
    acked,    // somebody has
    returned, // gone, and nobody has seen it
};

/// What the room has to know at one glance.
enum class Verdict : std::uint8_t {
    fine,  // nothing is wrong
    watch, // warnings, or somebody cares for what is critical
    act,   // critical, and nobody cares for it
    blind, // the feed is lost, or too few nodes are heard to tell
};

/// In one word, for tables and statistics.
constexpr std::string_view wordsFor(Severity severity) {
    return severity == Severity::critical ? "critical" : "warning";
}
constexpr std::string_view wordsFor(AlarmState state) {
    switch (state) {
    case AlarmState::normal: return "normal";
    case AlarmState::pending: return "pending";
    case AlarmState::unacked: return "unacknowledged";
    case AlarmState::acked: return "acknowledged";
    case AlarmState::returned: break;
    }
    return "returned";
}
constexpr std::string_view wordsFor(Verdict verdict) {
    switch (verdict) {
    case Verdict::fine: return "fine";
    case Verdict::watch: return "watch";
    case Verdict::act: return "act";
    case Verdict::blind: break;
    }
    return "blind";
}

/// More cards than these that are shown within this time are a flood: EEMUA 191's limit.
inline constexpr std::size_t kFloodCards = 10;
inline constexpr std::chrono::minutes kFloodTime{10};

/// A rule that fires for one or several subjects of a group: what is shown, acknowledged and shelved as one.
struct Card {
    std::uint64_t id = 0; // of this occurrence of it; what is acknowledged names it
    std::string rule;     // "pops/silent": page and name
    std::string group;    // "Europe"; empty: of the world
    Severity severity = Severity::warning;
    AlarmState state = AlarmState::unacked;
    FeedSecond since{};
    std::optional<FeedSecond> until;  // of returned ones
    std::string text;                 // "8 PoPs silent: FRA MUC STR +5"
    std::string todo;                 // what to do
    std::string runbook;              // an address; empty: none
    std::vector<std::string> members; // PoP codes, region codes or names, the largest first
    std::string by;                   // who acknowledged or shelved it
    std::string note;
    std::uint32_t occurrence = 1;
    std::size_t inhibited = 0; // alarms that it explains
    bool isSilence = false;    // it tells of what is not heard
    bool isBlind = false;      // it cannot be told any more whether it is still so
    bool isChattering = false;
    bool isClearing = false; // none of its alarms is beyond its limit just now, though not yet over
    std::optional<FeedSecond> shelvedUntil;
    bool operator==(const Card&) const = default;
};

/// All that is to be seen of alarms, of now.
struct AlarmStatus {
    Verdict verdict = Verdict::fine;
    std::optional<FeedSecond> since; // the verdict; nothing: there is none yet
    std::vector<Card> cards;         // active and returned ones, the worst first, then the oldest
    std::vector<Card> shelved;
    std::size_t unacked = 0;
    std::size_t acked = 0;
    std::size_t inhibited = 0;
    bool isFlood = false;     // more comes than people can read: a screen shows warnings as one line
    std::uint64_t first = 0;  // in a flood, the card that it began with, to be pinned; 0: none
    std::size_t folded = 0;   // in a flood, the cards that one line stands for
    std::string foldedText;   // that line: "9 warnings: latency/errors 4, pops/load 3, invalidation/lag 2"
    std::string rulesProblem; // why the newest rule file is not used; empty: it is

    /// In a flood that line stands for it. Lists show it nevertheless.
    bool folds(const Card& card) const {
        return isFlood && card.severity == Severity::warning && card.id != first;
    }
    bool operator==(const AlarmStatus&) const = default;
};

} // namespace surgescope::feeds
