// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/roster_reader.h"

#include "feeds/wire/fields.h"
#include "feeds/wire/sanity.h"

#include <limits>
#include <vector>

namespace surgescope::feeds {
namespace {

using Type = Fields::Type;

constexpr std::uint64_t kHighest32 = std::numeric_limits<std::uint32_t>::max();

/// One column: the values of node after node.
class Column {
  public:
    explicit Column(std::string_view bytes = {}) : m_packed(bytes) {}
    /// False: there is none, or it is above the limit.
    bool next(std::uint64_t& to, std::uint64_t highest) {
        if (!m_packed.nextPacked() || m_packed.value > highest) return false;
        to = m_packed.value;
        return true;
    }
    bool atEnd() const { return m_packed.atEnd(); }

  private:
    Fields m_packed;
};

/// The agents of a relay's roster, whose names have been read.
bool readAgents(Roster& to, std::string_view nodes, std::string_view claims) {
    Column nodesOf(nodes);
    Fields claimed(claims);
    std::uint64_t sum = 0;
    for (auto& agent : to.agents) {
        std::uint64_t count = 0;
        if (!nodesOf.next(count, kHighest32) || !claimed.nextFixed64() || !isSaneTime(claimed.value))
            return false;
        agent.nodes = static_cast<std::uint32_t>(count);
        agent.claimed = WallTime(std::chrono::microseconds(claimed.value));
        sum += count;
    }
    return nodesOf.atEnd() && claimed.atEnd() && (to.agents.empty() || sum == to.nodes.size());
}

} // namespace

bool readPlainNodes(std::string_view bytes, Roster& to) {
    std::vector<std::string_view> servers;
    Column roles;
    Column serverOf;
    Column measures;
    Column nicMbit;
    std::string_view agentNodes;
    std::string_view claims;
    to.epoch = 0;
    to.agents.clear();
    std::size_t count = 0;
    Fields fields(bytes);
    for (std::uint64_t last = 0; fields.next(); last = fields.tag) {
        const bool repeats = fields.tag == Fields::tagOf(4, Type::text) ||
                             fields.tag == Fields::tagOf(7, Type::text) ||
                             fields.tag == Fields::tagOf(10, Type::text);
        if (fields.tag < last || (fields.tag == last && !repeats)) return false;
        switch (fields.tag) {
        case Fields::tagOf(3, Type::varint):
            if (fields.value > kHighest32) return false;
            to.epoch = static_cast<std::uint32_t>(fields.value);
            break;
        case Fields::tagOf(4, Type::text):
            if (count == limits::kNodesPerMessage || fields.text.empty() ||
                !isPlain(fields.text, limits::kTextBytes))
                return false;
            if (count == to.nodes.size()) to.nodes.emplace_back();
            to.nodes[count++].name.assign(fields.text);
            break;
        case Fields::tagOf(5, Type::text): roles = Column(fields.text); break;
        case Fields::tagOf(6, Type::text): serverOf = Column(fields.text); break;
        case Fields::tagOf(7, Type::text):
            if (!isPlain(fields.text, limits::kTextBytes)) return false;
            servers.push_back(fields.text);
            break;
        case Fields::tagOf(8, Type::text): measures = Column(fields.text); break;
        case Fields::tagOf(9, Type::text): nicMbit = Column(fields.text); break;
        case Fields::tagOf(10, Type::text):
            if (to.agents.size() == limits::kNodesPerMessage || fields.text.empty() ||
                !isPlain(fields.text, limits::kPublisherBytes))
                return false;
            to.agents.push_back({std::string(fields.text), 0, {}});
            break;
        case Fields::tagOf(11, Type::text): agentNodes = fields.text; break;
        case Fields::tagOf(12, Type::text): claims = fields.text; break;
        default: return false;
        }
    }
    if (!fields.atEnd()) return false;
    to.nodes.resize(count);
    for (auto& node : to.nodes) {
        std::uint64_t role = 0;
        std::uint64_t server = 0;
        std::uint64_t measured = 0;
        std::uint64_t mbit = 0;
        if (!roles.next(role, static_cast<std::uint64_t>(Role::loadBalancer)) || servers.empty() ||
            !serverOf.next(server, servers.size() - 1) ||
            !measures.next(measured, std::numeric_limits<std::uint64_t>::max()) ||
            !nicMbit.next(mbit, kHighest32))
            return false;
        node.role = static_cast<Role>(role);
        node.server.assign(servers[server]);
        node.measures = FieldSet(measured);
        node.nicMbit = static_cast<std::uint32_t>(mbit);
    }
    return roles.atEnd() && serverOf.atEnd() && measures.atEnd() && nicMbit.atEnd() &&
           readAgents(to, agentNodes, claims);
}

} // namespace surgescope::feeds
