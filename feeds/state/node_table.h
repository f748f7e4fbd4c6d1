// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/roster_size.h"
#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// How saturated a node is: below 75 %, below 90 %, below 100 %, beyond.
enum class SaturationLevel : std::uint8_t { managed, elevated, critical, overload };
inline constexpr std::size_t kSaturationLevels = 4;

/// Names of nodes, one behind the other: a million names of their own would take three times the memory, and
/// not give it back.
class NodeNames {
  public:
    void add(std::string_view name) {
        m_text += name;
        m_ends.push_back(static_cast<std::uint32_t>(m_text.size()));
    }
    std::string_view operator[](std::size_t i) const {
        const std::size_t begin = i == 0 ? 0 : m_ends[i - 1];
        return std::string_view(m_text).substr(begin, m_ends[i] - begin);
    }
    std::size_t size() const { return m_ends.size(); }
    std::size_t bytes() const { return m_text.size(); }

  private:
    std::string m_text;
    std::vector<std::uint32_t> m_ends;
};

/// The rosters and newest node columns of one PoP, kept as columns. Relays may name the same agent, which
/// moved from one to the other: its nodes are counted once, of whoever claimed it last. One thread.
class NodeTable {
  public:
    /// A publisher's nodes and what it last said of them.
    struct Block {
        std::uint32_t rosterEpoch = 0;
        std::uint64_t session = 0;
        NodeNames names;
        std::vector<RosterAgent> agents; // of a relay; otherwise empty: all are the publisher's own
        std::uint64_t owned = 0;         // nodes of those that nobody has claimed since
        std::array<std::vector<std::uint32_t>, kNodeColumnCount> columns; // as in NodeColumns
        std::vector<float> lastHeard; // steady seconds since the table was made; NaN: never
        // Folded from the newest columns:
        std::array<std::uint32_t, kSaturationLevels> byLevel{};
        std::uint32_t hottest = 0; // node of the highest saturation
        std::uint32_t lagMax = 0;  // as in NodeColumn::inv_lag_max
    };

    explicit NodeTable(SteadyTime origin) : m_origin(origin) {}

    /// Who is to be on some roster. Before the first roster.
    void expect(const std::vector<std::string>& names) { m_neverListed.insert(names.begin(), names.end()); }
    /// Of those expected by name, who has never been on a roster.
    const std::set<std::string>& neverListed() const { return m_neverListed; }

    /// Replaces the publisher's roster of this PoP; an empty one is a farewell. `shift`: as Publishers has
    /// it.
    void apply(const Roster& roster, std::chrono::seconds shift = {});
    /// Refused when the publisher's roster is unknown, of another epoch or length. `clockIsRight`: otherwise
    /// what it says of lags means nothing.
    std::optional<Refused> apply(const NodeColumns& columns, bool clockIsRight, SteadyTime now);

    static RosterSize sizeOf(const Roster& roster);
    static RosterSize sizeOf(const std::vector<RosterAgent>& agents);
    /// Of what the publisher's roster of this PoP takes now.
    RosterSize sizeOf(const std::string& publisher) const;
    /// The publisher's nodes here are those of another session than this message's.
    bool isOfOtherSession(const Header& header) const;

    std::uint64_t size() const { return m_size; } // nodes on all rosters, those of two relays once
    std::uint64_t heard(SteadyTime now) const;    // of those, by their columns, within the stale limit
    /// A roster has come, though everybody on it may have said farewell since.
    bool everHadRoster() const { return m_everHadRoster; }
    bool hasColumns() const { return m_hasColumns; }
    const std::unordered_map<std::string, Block>& blocks() const { return m_blocks; }

  private:
    struct Claim {
        std::string publisher;
        WallTime claimed{};
        std::uint32_t nodes = 0;
    };
    /// Changes who claims an agent, by `change(claims)`, and counts anew.
    template <class Change> void claim(const std::string& agent, Change change);
    void release(const std::string& publisher, const Block& block);

    SteadyTime m_origin;
    std::unordered_map<std::string, Block> m_blocks;              // by publisher
    std::unordered_map<std::string, std::vector<Claim>> m_claims; // by agent; nearly all have one
    std::set<std::string> m_neverListed;
    std::uint64_t m_size = 0;
    bool m_everHadRoster = false;
    bool m_hasColumns = false;
};

} // namespace surgescope::feeds
