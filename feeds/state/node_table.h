// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// How saturated a node is: below 75 %, below 90 %, below 100 %, beyond.
enum class SaturationLevel : std::uint8_t { managed, elevated, critical, overload };
inline constexpr std::size_t kSaturationLevels = 4;

/// The rosters and newest node columns of one PoP, kept as columns. One thread.
class NodeTable {
  public:
    /// A publisher's nodes and what it last said of them.
    struct Block {
        std::uint32_t rosterEpoch = 0;
        std::vector<std::string> names;
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

    /// Replaces the publisher's roster of this PoP; an empty one is a farewell. Returns the change in node
    /// count.
    std::int64_t apply(const Roster& roster);
    /// Refused when the publisher's roster is unknown, of another epoch or length.
    std::optional<Refused> apply(const NodeColumns& columns, SteadyTime now);

    std::uint64_t size() const { return m_size; } // nodes on all rosters
    std::uint64_t heard(SteadyTime now) const;    // of those, by their columns, within the stale limit
    /// A roster has come, though everybody on it may have said farewell since.
    bool everHadRoster() const { return m_everHadRoster; }
    bool hasColumns() const { return m_hasColumns; }
    const std::unordered_map<std::string, Block>& blocks() const { return m_blocks; }

  private:
    SteadyTime m_origin;
    std::unordered_map<std::string, Block> m_blocks; // by publisher
    std::set<std::string> m_neverListed;
    std::uint64_t m_size = 0;
    bool m_everHadRoster = false;
    bool m_hasColumns = false;
};

} // namespace surgescope::feeds
