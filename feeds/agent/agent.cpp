// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent.h"

#include "feeds/agent/node_second.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace surgescope::feeds {

Result<std::unique_ptr<Agent>> Agent::open(std::vector<NodePlan> plans, const Clock& clock,
                                           Publisher& publisher) {
    std::unique_ptr<Agent> agent(new Agent(clock, publisher));
    if (auto error = agent->reload(std::move(plans))) return *std::move(error);
    return agent;
}

std::optional<Error> Agent::reload(std::vector<NodePlan> plans) {
    std::ranges::stable_sort(plans, {}, &NodePlan::pop);
    const auto keptBy = [this](const NodePlan& plan) {
        return std::ranges::find_if(m_nodes,
                                    [&plan](const auto& node) { return node && node->plan() == plan; });
    };
    // All that is new is made before anything changes: one mistake, and what is there stays.
    std::vector<std::unique_ptr<WatchedNode>> nodes;
    for (const NodePlan& plan : plans) {
        if (keptBy(plan) != m_nodes.end()) {
            nodes.push_back(nullptr);
            continue;
        }
        auto made = WatchedNode::open(plan, {m_loop, m_clock});
        if (!made) return Error{made.error()};
        nodes.push_back(*std::move(made));
    }
    if (m_settling) report();
    for (std::size_t i = 0; i < plans.size(); ++i)
        if (!nodes[i]) nodes[i] = std::move(*keptBy(plans[i]));
    m_nodes = std::move(nodes);

    for (const NodePlan& plan : plans)
        if (std::ranges::find(m_rosters, plan.pop, &Roster::pop) == m_rosters.end())
            m_rosters.emplace_back().pop = plan.pop;
    for (Roster& roster : m_rosters)
        if (std::ranges::find(plans, roster.pop, &NodePlan::pop) == plans.end() && !roster.nodes.empty()) {
            roster.nodes.clear();
            ++roster.epoch;
            m_publisher.setRoster(roster);
        }
    return std::nullopt;
}

void Agent::wait(std::chrono::milliseconds atMost) {
    // To the next second that may be reported; no longer than one, for the clock can be set meanwhile.
    const WallTime now = m_clock.wall();
    WallTime next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
    if (m_lastEnd) next = std::max<WallTime>(next, *m_lastEnd + std::chrono::seconds(1));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
    m_loop.turn(std::min({left, atMost, m_settling ? kSettleTime : std::chrono::milliseconds(1000)}));
}

void Agent::turn(std::chrono::milliseconds atMost) {
    wait(atMost);
    m_publisher.tick();
    settle();
    const FeedSecond second = std::chrono::floor<std::chrono::seconds>(m_clock.wall());
    if (!m_lastEnd) m_lastEnd = second; // the first interval begins with the next whole second
    if (*m_lastEnd - second > kLongestInterval) startOver(second);
    const bool behind = second < *m_lastEnd;
    if (behind && !std::exchange(m_clockBehind, behind))
        spdlog::warn("the clock went back by {} s; silent until it has caught up",
                     (*m_lastEnd - second).count());
    if (second <= *m_lastEnd) return;
    m_clockBehind = false;
    cut(second);
    settle();
}

void Agent::startOver(FeedSecond second) {
    spdlog::warn("the clock was set back by {} s: a new session begins", (*m_lastEnd - second).count());
    m_publisher.beginSession();
    m_lastEnd = second;
    m_collecting = false;
}

void Agent::cut(FeedSecond end) {
    if (m_settling) report(); // its time is over
    const SteadyTime now = m_clock.steady();
    m_whole = m_collecting && now - m_begun <= kLongestInterval;
    for (const auto& node : m_nodes)
        node->cut();
    m_lastEnd = end;
    m_begun = m_cut = now;
    m_settling = true;
}

void Agent::settle() {
    if (!m_settling) return;
    if (m_clock.steady() - m_cut < kSettleTime &&
        !std::ranges::all_of(m_nodes, [](const auto& node) { return node->settled(); }))
        return;
    report();
}

void Agent::report() {
    m_settling = false;
    const bool promised = std::exchange(m_collecting, true);
    if (!m_whole) {
        for (const auto& node : m_nodes)
            node->throwAway(promised);
        return;
    }
    for (Roster& roster : m_rosters)
        reportPop(roster);
}

void Agent::reportPop(Roster& roster) {
    std::vector<WatchedNode*> nodes;
    for (const auto& node : m_nodes)
        if (node->plan().pop == roster.pop) nodes.push_back(node.get());
    if (nodes.empty()) return;
    PopReport report;
    report.header.intervalEnd = *m_lastEnd;
    report.pop = roster.pop;
    NodeColumns columns;
    columns.header.intervalEnd = *m_lastEnd;
    columns.pop = roster.pop;
    columns.nodeCount = static_cast<std::uint32_t>(nodes.size());

    std::vector<RosterNode> members;
    for (WatchedNode* node : nodes) {
        const NodeSecond second = node->take();
        report.totals.merge(second.totals);
        setRow(columns, members.size(), second);
        members.push_back(node->rosterNode());
    }
    if (members != roster.nodes) {
        roster.nodes = std::move(members);
        ++roster.epoch;
        m_publisher.setRoster(roster);
    }
    m_publisher.publish(report);
    columns.rosterEpoch = roster.epoch;
    m_publisher.publish(columns);
}

void Agent::farewell() {
    for (Roster& roster : m_rosters) {
        if (roster.nodes.empty()) continue; // nobody was told of it
        roster.nodes.clear();
        ++roster.epoch;
        m_publisher.setRoster(roster);
    }
}

} // namespace surgescope::feeds
