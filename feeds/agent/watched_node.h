// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_kinds.h"
#include "feeds/agent/node_second.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// A node and what is to be collected of it.
struct NodePlan {
    std::string pop;  // "EWR"
    std::string name; // unique in the PoP
    Role role = Role::edge;
    std::vector<CollectorPlan> collect; // the first that measures a field speaks for it
    bool operator==(const NodePlan&) const = default;
};

/// One node and its collectors. Logs through spdlog when a collector falls silent and when it is heard again.
/// One thread.
class WatchedNode {
  public:
    /// Errors: a collector that cannot be made, "EWR/edge-1: nginx: lines: …".
    static Result<std::unique_ptr<WatchedNode>> open(NodePlan plan, const Surroundings& around);

    const NodePlan& plan() const { return m_plan; }
    const std::vector<std::unique_ptr<Collector>>& collectors() const { return m_collectors; }

    void cut();
    bool settled() const;
    /// The second that was cut last.
    NodeSecond take();
    /// The same, when it was too long to be a second: what was counted in it is nobody's, and goes as lost
    /// into the next one. `promised`: nothing counted before the first whole second was.
    void throwAway(bool promised);
    /// Lines of seconds thrown away that no report has owned up to yet. `owe`: of the one before this.
    std::uint64_t owed() const { return m_owed; }
    void owe(std::uint64_t lines) { m_owed += lines; }

    /// What each collector measured in the second that was taken last.
    const std::vector<FieldSet>& measured() const { return m_measured; }
    /// The node as a roster has it, by what was measured of it so far.
    const RosterNode& rosterNode() const { return m_roster; }

  private:
    explicit WatchedNode(NodePlan plan) : m_plan(std::move(plan)) {}

    void noteTrouble(std::size_t collector);
    void updateRoster(FieldSet measured);

    NodePlan m_plan;
    std::vector<std::unique_ptr<Collector>> m_collectors;
    std::vector<FieldSet> m_measured;
    std::vector<std::string> m_trouble; // of each, as last told; "?" before the first second
    RosterNode m_roster;
    std::uint64_t m_owed = 0;
};

} // namespace surgescope::feeds
