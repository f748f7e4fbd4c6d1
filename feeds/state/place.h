// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/state/node_table.h"
#include "feeds/state/rollup.h"
#include "feeds/state/twins.h"
#include "feeds/util/clock.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// What is known of one PoP.
struct Place {
    std::string code;
    std::optional<PopIndex> pop; // nothing: unplaced, the catalogue does not know the code
    RegionIndex region;
    Rollup rollup;
    NodeTable nodes;
    std::optional<SteadyTime> lastReport; // of anybody who speaks for it
    std::optional<SteadyTime> lastHeard;  // of a node in it that was really measured
    std::string speaker;                  // whose report came last
    std::optional<SteadyTime> lastOther;  // the last report of anybody else
    Twins twins;
    std::array<std::uint32_t, Rollup::kOpenSeconds> reports{}; // how many made up each open second
    std::uint64_t inventory = 0;                               // nodes an edge file expects; 0: nobody says
    bool inventoryIsNamed = false;

    std::uint32_t& reportsOf(FeedSecond second) {
        return reports[static_cast<std::size_t>(unixSeconds(second)) % reports.size()];
    }
    std::uint32_t reportsOf(FeedSecond second) const {
        return reports[static_cast<std::size_t>(unixSeconds(second)) % reports.size()];
    }
    void noteReport(const std::string& publisher, SteadyTime now);
    /// Nobody but this publisher speaks for the PoP now.
    bool isSpokenForBy(const std::string& publisher, SteadyTime now) const;
    /// The newest second that as many publishers have reported as the second before.
    FeedSecond newestComplete() const;
    /// Nodes there should be: on the rosters and, of the inventory, those that were never on one; when no
    /// roster is known, those that reported last. Never fewer than the inventory says.
    std::uint64_t expectedNodes() const;
    /// Everybody in it said farewell: nothing is missing.
    bool hasLeft() const { return nodes.everHadRoster() && nodes.size() == 0 && inventory == 0; }
    /// Of those, how many the inventory has and no roster: by name, those never listed; of a mere number,
    /// what the rosters lack of it.
    std::uint64_t missingNodes() const;
};

/// By code.
using Places = std::map<std::string, std::unique_ptr<Place>>;

} // namespace surgescope::feeds
