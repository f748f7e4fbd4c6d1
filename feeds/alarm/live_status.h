// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/alarms.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace surgescope::feeds {

/// A wall that asks the desk for alarms, and shows them to nobody.
struct FrozenWall {
    std::string name;
    FeedSecond since{};    // when it was painted last, of this wall's clock
    bool isSilent = false; // it does not even ask any more: frozen as a whole, or cut off
    bool operator==(const FrozenWall&) const = default;
};

/// What is of now even while the screen looks back. Immutable once posted; shared between threads.
struct LiveStatus {
    enum class JudgedBy : std::uint8_t {
        thisWall,      // just now
        recordingWall, // as it was then: nothing can be done about it any more
        desk,          // another wall, for this one, too
    };
    JudgedBy judgedBy = JudgedBy::thisWall;
    AlarmStatus alarms;
    std::vector<Transition> history; // the newest last, at most kHistory
    std::uint64_t changes = 0;       // so far, of which the history has the newest
    std::string problem;             // why the last command was refused; empty: it was done
    static constexpr std::size_t kHistory = 500;
    std::vector<FrozenWall> frozenWalls; // of those that ask this wall
};

/// What people ask of alarms, by card.
struct Acknowledge {
    std::uint64_t card = 0;
    std::string by;
    std::string note;
};
struct Shelve {
    std::uint64_t card = 0;
    int minutes = 15;
    std::string by;
    std::string note;
};
struct Unshelve {
    std::uint64_t card = 0;
    std::string by;
};
/// Other rules, or why a newer file of them cannot be used.
struct UseRules {
    Result<Rules> rules;
};
using AlarmCommand = std::variant<Acknowledge, Shelve, Unshelve, UseRules>;

} // namespace surgescope::feeds
