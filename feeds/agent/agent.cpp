// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent.h"

#include "feeds/agent/line_source.h"
#include "feeds/agent/node_second.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace surgescope::feeds {
namespace {

/// To see whether it can be made while another one still has its ports.
NodePlan onFreePorts(NodePlan plan) {
    for (CollectorPlan& what : plan.collect) {
        auto values = what.settings.values();
        const auto lines = values.find("lines");
        if (lines == values.end() || !LineSource::isPort(lines->second)) continue;
        lines->second = "udp:0";
        what.settings = CollectorSettings(std::move(values));
    }
    return plan;
}

} // namespace

Result<std::unique_ptr<Agent>> Agent::open(std::vector<NodePlan> plans, const Clock& clock,
                                           Publisher& publisher) {
    std::unique_ptr<Agent> agent(new Agent(clock, publisher));
    if (auto error = agent->reload(std::move(plans))) return *std::move(error);
    return agent;
}

std::optional<Error> Agent::reload(std::vector<NodePlan> plans) {
    std::map<NodeKey, NodePlan> wanted;
    for (NodePlan& plan : plans)
        wanted.emplace(NodeKey(plan.pop, plan.name), std::move(plan));
    std::vector<NodeKey> going;
    for (const auto& [key, node] : m_nodes)
        if (const auto stays = wanted.find(key); stays != wanted.end() && stays->second == node->plan())
            wanted.erase(stays);
        else
            going.push_back(key);
    if (!going.empty())
        for (const auto& [key, plan] : wanted)
            if (const auto tried = WatchedNode::open(onFreePorts(plan), {m_loop, m_clock}); !tried)
                return Error{tried.error()};

    // Who changes lets go of its ports first, for the one after it may want the same.
    if (m_settling) report();
    std::map<NodeKey, NodePlan> gone;
    std::map<NodeKey, std::uint64_t> owed;
    for (const NodeKey& key : going) {
        WatchedNode& node = *m_nodes.at(key);
        node.cut();
        node.throwAway(m_collecting);
        owed[key] = node.owed();
        gone.emplace(key, node.plan());
        m_nodes.erase(key);
    }
    auto error = add(wanted, owed);
    if (error) {
        for (const auto& [key, plan] : wanted)
            m_nodes.erase(key);
        if (const auto worse = add(gone, owed)) spdlog::error("and it is gone: {}", worse->text);
    }
    tellOfPops();
    return error;
}

std::optional<Error> Agent::add(const std::map<NodeKey, NodePlan>& plans,
                                const std::map<NodeKey, std::uint64_t>& owed) {
    for (const auto& [key, plan] : plans) {
        auto made = WatchedNode::open(plan, {m_loop, m_clock});
        if (!made) return Error{made.error()};
        auto& node = m_nodes[key] = *std::move(made);
        if (const auto lines = owed.find(key); lines != owed.end()) node->owe(lines->second);
    }
    return std::nullopt;
}

/// A roster for each PoP; of those that have no node any more an empty one.
void Agent::tellOfPops() {
    std::set<std::string_view> pops;
    for (const auto& [key, node] : m_nodes)
        pops.insert(key.first);
    for (Roster& roster : m_rosters)
        if (pops.erase(roster.pop) == 0) takeOff(roster);
    for (const std::string_view pop : pops)
        m_rosters.emplace_back().pop = pop;
}

void Agent::takeOff(Roster& roster) {
    if (roster.nodes.empty()) return; // nobody was told of it
    roster.nodes.clear();
    ++roster.epoch;
    m_publisher.setRoster(roster);
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
    for (const auto& [key, node] : m_nodes)
        node->cut();
    m_lastEnd = end;
    m_begun = m_cut = now;
    m_settling = true;
}

void Agent::settle() {
    if (!m_settling) return;
    if (m_clock.steady() - m_cut < kSettleTime &&
        !std::ranges::all_of(m_nodes, [](const auto& one) { return one.second->settled(); }))
        return;
    report();
}

void Agent::report() {
    m_settling = false;
    const bool promised = std::exchange(m_collecting, true);
    if (!m_whole) {
        for (const auto& [key, node] : m_nodes)
            node->throwAway(promised);
        return;
    }
    for (Roster& roster : m_rosters)
        reportPop(roster);
}

void Agent::reportPop(Roster& roster) {
    const auto first = m_nodes.lower_bound({roster.pop, ""});
    auto last = first;
    std::uint32_t count = 0;
    for (; last != m_nodes.end() && last->first.first == roster.pop; ++last)
        ++count;
    if (first == last) return;
    PopReport report;
    report.header.intervalEnd = *m_lastEnd;
    report.pop = roster.pop;
    NodeColumns columns;
    columns.header.intervalEnd = *m_lastEnd;
    columns.pop = roster.pop;
    columns.nodeCount = count;

    std::vector<RosterNode> members;
    for (auto at = first; at != last; ++at) {
        const NodeSecond second = at->second->take();
        report.totals.merge(second.totals);
        setRow(columns, members.size(), second);
        members.push_back(at->second->rosterNode());
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
    for (Roster& roster : m_rosters)
        takeOff(roster);
}

} // namespace surgescope::feeds
