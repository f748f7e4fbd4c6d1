// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Who may do what: whose keys are let in, and in whose name they may speak. Immutable; any thread.
namespace surgescope::feeds {

/// A name in the list is one word of ASCII: it stands in messages, in tables and in commands.
bool isWord(std::string_view text, std::size_t mostBytes);
/// A PoP's code, or * for all.
bool isPopPattern(std::string_view text);

/// What somebody comes for.
enum class Purpose : std::uint8_t { publish, listen, control };
std::string_view nameOf(Purpose purpose);

/// What the holder of a key may do. Names may end in *, which stands for anything.
struct Permit {
    std::string name;               // whose key it is; one word
    std::string key;                // public
    std::vector<std::string> as;    // publisher names it may use
    std::vector<std::string> pops;  // that it may report of
    std::vector<std::string> nodes; // that it may report of, in those PoPs; empty: any
    bool global = false;            // may tell of the world as a whole
    bool event = false;             // may tell what happens: releases, purges, notes
    bool listen = false;
    bool control = false; // may pull levers
    bool relay = false;   // merges what agents say: may name any node of its PoPs
    WallTime from = WallTime::min();
    WallTime until = WallTime::max();
    bool revoked = false;   // stays in the list, so that it can be named
    bool stranger = false;  // is not in the list
    bool isShutOut = false; // has asked for more than anybody needs

    bool publishes() const { return !pops.empty() || global || event; }

    /// Each of these says why not, in words that follow the permit's name; nothing: it may.
    std::optional<std::string> whyNot(Purpose purpose, WallTime now) const;
    /// `publisher` speaks under `topic`.
    std::optional<std::string> whyNotSay(std::string_view topic, std::string_view publisher) const;
    /// It names or counts nodes.
    std::optional<std::string> whyNotSay(const Roster& roster) const;
    std::optional<std::string> whyNotSay(const PopReport& report) const;
    std::optional<std::string> whyNotSay(const NodeColumns& columns) const;
};

/// Permits by key. Two keys of one name are both good, each for its time: so keys are changed.
class AllowList {
  public:
    static constexpr std::size_t kMostBytes = 32U << 20U;
    static constexpr std::size_t kMostKeys = 100'000;

    /// `text`: TOML, [[key]] after [[key]]. Errors: "FILE:LINE: WHAT, expected WHAT"; then nothing of it is
    /// used.
    static Result<AllowList> parse(std::string_view text, const std::string& file);
    /// As parse() reads it.
    std::string text() const;

    /// Null: nobody knows the key.
    std::shared_ptr<const Permit> find(std::string_view key) const;
    /// Adds it, or puts it in the place of the one of this key.
    void put(Permit permit);
    /// In the order of the file.
    const std::vector<std::shared_ptr<const Permit>>& permits() const { return m_permits; }

  private:
    std::vector<std::shared_ptr<const Permit>> m_permits;
    std::unordered_map<std::string, std::size_t> m_byKey; // where in m_permits
};

/// What to say where somebody shall be let in so, for a shell; a name that is empty has to be put in.
std::string allowCommand(const Permit& permit);
/// Stands there for a name.
inline constexpr std::string_view kNamePlace = "NAME";

/// Whose own key it is may do everything.
Permit ownersPermit(const std::string& key);

} // namespace surgescope::feeds
