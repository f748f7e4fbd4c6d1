// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/alarm.h"
#include "feeds/alarm/card.h"
#include "feeds/alarm/transition.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// A firing alarm, as the card that tells of it sees it.
struct Member {
    std::string subject; // code or name; of world, feed and recorder: empty
    const Alarm* alarm = nullptr;
};

/// A card at the moment at which it told of most.
struct CardAtWorst {
    std::size_t members = 0;
    Severity severity = Severity::warning;
    double badness = 0; // the higher, the worse
    double level = 0;   // among equally bad ones, such as what never drains
    std::string text;
    std::vector<std::string> names;
    bool operator==(const CardAtWorst&) const = default;
};

/// What people are shown of one rule in one region or in the world, and what they have said to it: the second
/// of ALARMS.md's two tables.
struct CardEntry {
    Card card{.state = AlarmState::normal};
    double value = 0;
    bool isHeldBack = false;          // explained by another card
    bool wasShown = false;            // in this occurrence
    std::optional<FeedSecond> showAt; // of one that waits for company
    FeedSecond ackedAt{};
    std::set<std::string> subjects;     // all of its members
    std::set<std::string> regions;      // of its members
    std::set<std::string> seenSubjects; // as acknowledged
    std::set<std::string> seenRegions;
    std::optional<CardAtWorst> worst; // of this occurrence: what is left to be seen when it is gone
    std::deque<FeedSecond> fired;     // in the last ten minutes
    bool operator==(const CardEntry&) const = default;
};

/// All cards, and the log of what becomes of them. One thread.
class Cards {
  public:
    using Key = std::pair<std::string, std::string>; // rule, code of the region; the world's: empty

    /// A card that came in front of people.
    struct Shown {
        FeedSecond second{};
        std::uint64_t card = 0;
        bool operator==(const Shown&) const = default;
    };
    /// All there is but the log: what a restart needs.
    struct Memory {
        std::map<Key, CardEntry> entries;
        std::uint64_t lastId = 0;
        std::deque<Shown> shown; // in the last kFloodTime
        bool operator==(const Memory&) const = default;
    };
    const Memory& memory() const { return m_memory; }
    void remember(Memory memory) { m_memory = std::move(memory); }

    /// What of a card's alarms fires in one second.
    struct Firing {
        std::vector<Member> members;
        std::vector<Member> heldBack; // by what explains them
        bool wasShown = false;        // on another card, so that nobody waits for company again
    };
    /// One second of one card. `groupName` is of its region, as people read it; of the world: empty.
    void update(const Rule& rule, const Key& key, const std::string& groupName, const Firing& firing,
                FeedSecond second);
    /// It is no more, and did not clear: its rule is off, or another card takes it over. True: it was shown.
    bool close(const Key& key, Change why, FeedSecond second);
    /// Shelves that run out, and what nobody needs any more.
    void passTime(FeedSecond second);
    /// How many alarms each one explains, of this second.
    void setInhibited(const std::map<Key, std::size_t>& counts);

    std::optional<Error> acknowledge(std::uint64_t card, std::string_view by, std::string_view note,
                                     FeedSecond second);
    std::optional<Error> shelve(std::uint64_t card, int minutes, std::string_view by, std::string_view note,
                                FeedSecond second);
    std::optional<Error> unshelve(std::uint64_t card, std::string_view by, FeedSecond second);

    const std::map<Key, CardEntry>& all() const { return m_memory.entries; }
    /// It tells of alarms that fire, shown or not.
    bool isActive(const Key& key) const;
    bool isShown(const Key& key) const;
    /// It is in front of people or returned, and not shelved.
    bool isListed(std::uint64_t card) const;
    bool isShelved(const Key& key) const;
    bool isChattering(const Key& key) const;

    std::vector<Transition> takeTransitions();
    std::uint64_t lostTransitions() const { return m_lost; }

  private:
    void fire(const Rule& rule, CardEntry& entry, const std::vector<Member>& members, bool waits,
              FeedSecond second);
    void show(CardEntry& entry, Change change, FeedSecond second);
    void watch(const Rule& rule, CardEntry& entry, Severity before, FeedSecond second);
    void holdBack(const Rule& rule, CardEntry& entry, const std::vector<Member>& members, FeedSecond second);
    void finish(const Rule& rule, CardEntry& entry, FeedSecond second);
    void end(CardEntry& entry, Change why, FeedSecond second);
    void move(CardEntry& entry, AlarmState to, Change change, FeedSecond second, std::string_view by = {},
              std::string_view note = {});
    CardEntry* find(std::uint64_t card);

    Memory m_memory;
    std::deque<Transition> m_log;
    std::uint64_t m_lost = 0;
};

} // namespace surgescope::feeds
