// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/node_table.h"

#include "feeds/state/freshness.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

// Bounds of the levels in the column's steps of 0.5 %.
constexpr std::uint32_t kElevated = 150;
constexpr std::uint32_t kCritical = 180;
constexpr std::uint32_t kOverload = 200;

/// What remembering an agent takes besides its name, about.
constexpr std::uint64_t kAgentBytes = 128;

} // namespace

RosterSize NodeTable::sizeOf(const Roster& roster) {
    RosterSize size{roster.nodes.size(), 0};
    for (const auto& node : roster.nodes)
        size.nameBytes += node.name.size();
    return size + sizeOf(roster.agents);
}

RosterSize NodeTable::sizeOf(const std::vector<RosterAgent>& agents) {
    RosterSize size;
    for (const auto& agent : agents) {
        size.nameBytes += agent.name.size() + kAgentBytes;
        if (agent.nodes == 0) ++size.nodes; // there shall not be any number of these either
    }
    return size;
}

RosterSize NodeTable::sizeOf(const std::string& publisher) const {
    const auto found = m_blocks.find(publisher);
    if (found == m_blocks.end()) return {};
    const auto& block = found->second;
    return RosterSize{block.names.size(), block.names.bytes()} + sizeOf(block.agents);
}

bool NodeTable::isOfOtherSession(const Header& header) const {
    const auto found = m_blocks.find(header.publisher);
    return found != m_blocks.end() && found->second.session != header.session;
}

template <class Change> void NodeTable::claim(const std::string& agent, Change change) {
    auto& claims = m_claims[agent];
    const auto owner = [&] { return std::ranges::max_element(claims, {}, &Claim::claimed); };
    if (!claims.empty()) {
        m_size -= owner()->nodes;
        m_blocks[owner()->publisher].owned -= owner()->nodes;
    }
    change(claims);
    if (claims.empty()) {
        m_claims.erase(agent);
        return;
    }
    m_size += owner()->nodes;
    m_blocks[owner()->publisher].owned += owner()->nodes;
}

void NodeTable::release(const std::string& publisher, const Block& block) {
    const auto leave = [&](std::vector<Claim>& claims) {
        std::erase_if(claims, [&](const Claim& claim) { return claim.publisher == publisher; });
    };
    if (block.agents.empty()) claim(publisher, leave);
    for (const auto& agent : block.agents)
        claim(agent.name, leave);
}

void NodeTable::apply(const Roster& roster, std::chrono::seconds shift) {
    m_everHadRoster = true;
    const auto& publisher = roster.header.publisher;
    const auto known = m_blocks.find(publisher);
    if (known != m_blocks.end()) {
        const auto& block = known->second;
        const bool same = block.session == roster.header.session && block.rosterEpoch == roster.epoch &&
                          block.names.size() == roster.nodes.size() && block.agents == roster.agents;
        if (same) return;
        release(publisher, block);
    }
    if (roster.nodes.empty() && roster.agents.empty()) {
        m_blocks.erase(publisher);
        return;
    }
    auto& block = m_blocks[publisher];
    block = {};
    block.session = roster.header.session;
    block.rosterEpoch = roster.epoch;
    block.agents = roster.agents;
    for (const auto& node : roster.nodes) {
        block.names.add(node.name);
        if (!m_neverListed.empty()) m_neverListed.erase(node.name);
    }
    block.lastHeard.assign(roster.nodes.size(), std::numeric_limits<float>::quiet_NaN());
    const auto add = [&](const std::string& agent, WallTime claimed, std::size_t nodes) {
        claim(agent, [&](std::vector<Claim>& claims) {
            claims.push_back({publisher, claimed + shift, static_cast<std::uint32_t>(nodes)});
        });
    };
    if (roster.agents.empty()) add(publisher, roster.header.sent, roster.nodes.size());
    for (const auto& agent : roster.agents)
        add(agent.name, agent.claimed, agent.nodes);
}

std::optional<Refused> NodeTable::apply(const NodeColumns& columns, bool clockIsRight, SteadyTime now) {
    const auto found = m_blocks.find(columns.header.publisher);
    if (found == m_blocks.end() || found->second.rosterEpoch != columns.rosterEpoch ||
        found->second.names.size() != columns.nodeCount)
        return Refused{Refusal::rosterMismatch,
                       "node/" + columns.pop + " of " + columns.header.publisher + ": " +
                           std::to_string(columns.nodeCount) + " nodes of roster " +
                           std::to_string(columns.rosterEpoch) +
                           (found == m_blocks.end()
                                ? ", which has not come"
                                : ", known is roster " + std::to_string(found->second.rosterEpoch) + " of " +
                                      std::to_string(found->second.names.size()))};
    auto& block = found->second;
    block.columns = columns.columns;
    const auto at = static_cast<float>(secondsBetween(m_origin, now));
    if (columns.heard.empty())
        std::ranges::fill(block.lastHeard, at);
    else
        for (std::size_t n = 0; n < columns.nodeCount; ++n)
            if (columns.isHeard(n)) block.lastHeard[n] = at;

    block.byLevel = {};
    block.hottest = 0;
    block.lagMax = 0;
    const auto& saturation = columns[NodeColumn::saturation];
    std::uint32_t highest = 0;
    for (std::uint32_t n = 0; n < saturation.size(); ++n) {
        const std::uint32_t value = saturation[n];
        ++block.byLevel[(value >= kElevated) + (value >= kCritical) + (value >= kOverload)];
        if (value > highest) {
            highest = value;
            block.hottest = n;
        }
    }
    if (clockIsRight)
        for (const auto lag : columns[NodeColumn::inv_lag_max])
            block.lagMax = std::max(block.lagMax, lag);
    m_hasColumns = true;
    return std::nullopt;
}

std::uint64_t NodeTable::heard(SteadyTime now) const {
    const auto oldest = static_cast<float>(secondsBetween(m_origin, now) - kStaleAfterSeconds);
    std::uint64_t count = 0;
    for (const auto& [publisher, block] : m_blocks)
        count += static_cast<std::uint64_t>(
            std::ranges::count_if(block.lastHeard, [&](float t) { return t >= oldest; }));
    return count;
}

} // namespace surgescope::feeds
