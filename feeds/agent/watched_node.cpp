// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/watched_node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr const char* kNotToldYet = "?";

}

Result<std::unique_ptr<WatchedNode>> WatchedNode::open(NodePlan plan, const Surroundings& around) {
    std::unique_ptr<WatchedNode> node(new WatchedNode(std::move(plan)));
    node->m_roster.name = node->m_plan.name;
    node->m_roster.role = node->m_plan.role;
    for (const CollectorPlan& what : node->m_plan.collect) {
        auto collector = makeCollector(what, around);
        if (!collector) return Error{node->m_plan.pop + "/" + node->m_plan.name + ": " + collector.error()};
        node->m_collectors.push_back(*std::move(collector));
        node->m_trouble.emplace_back(kNotToldYet);
    }
    return node;
}

void WatchedNode::cut() {
    for (const auto& collector : m_collectors)
        collector->cut();
}

bool WatchedNode::settled() const {
    return std::ranges::all_of(m_collectors, [](const auto& collector) { return collector->settled(); });
}

NodeSecond WatchedNode::take() {
    std::vector<Seen> seen;
    m_measured.clear();
    for (std::size_t i = 0; i < m_collectors.size(); ++i) {
        seen.push_back({m_collectors[i]->take(), m_collectors[i]->watchesServer()});
        m_measured.push_back(seen.back().second.totals.measuredByAny);
        noteTrouble(i);
    }
    NodeSecond second = putTogether(seen, m_plan.role);
    if (second.totals.measuredByAll.has(Counter::log_lines_lost))
        second.totals[Counter::log_lines_lost] += std::exchange(m_owed, 0);
    updateRoster(second.totals.measuredByAll);
    return second;
}

void WatchedNode::throwAway(bool promised) {
    for (const auto& collector : m_collectors) {
        const PopTotals totals = collector->take().totals;
        if (promised && totals.measuredByAny.has(Counter::log_lines_lost))
            m_owed += totals[Counter::requests] + totals[Counter::log_lines_lost];
    }
}

void WatchedNode::noteTrouble(std::size_t collector) {
    const Collector& one = *m_collectors[collector];
    std::string trouble = one.trouble();
    std::string& before = m_trouble[collector];
    if (trouble == before) return;
    if (!trouble.empty() && (before.empty() || before == kNotToldYet))
        spdlog::warn("{}/{}: {} is not heard: {}", m_plan.pop, m_plan.name, one.source(), trouble);
    else if (trouble.empty())
        spdlog::info("{}/{}: {} is heard{}{}", m_plan.pop, m_plan.name, one.source(),
                     one.server().empty() ? "" : ": ", one.server());
    before = std::move(trouble);
}

void WatchedNode::updateRoster(FieldSet measured) {
    // What was measured once can be measured: one second's hole is not a change of the node.
    FieldSet measures = measured | m_roster.measures;
    std::string server;
    for (const auto& collector : m_collectors) {
        const Capability capability = collector->capability();
        if (collector->watchesServer()) measures = measures | spokenFor(capability.measures, m_plan.role);
        m_roster.nicMbit = std::max(m_roster.nicMbit, capability.linkMbit);
        if (collector->server().empty()) continue;
        if (!server.empty()) server += " + ";
        server += collector->server();
    }
    m_roster.measures = measures;
    if (!server.empty()) m_roster.server = std::move(server); // kept while it does not answer
}

} // namespace surgescope::feeds
