// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/gathering.h"

#include "feeds/history/history_writer.h"
#include "feeds/state/freshness.h"
#include "feeds/state/node_table.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A changed roster goes up at most so often: when a site comes back, thousands of agents join within
/// seconds.
constexpr seconds kRosterEvery{1};
/// An agent whose clock is ahead reports before its second ends: nobody else can have, and is waited for. No
/// clock that counts is ahead by more.
constexpr milliseconds kAheadAtMost{1'000};
/// Of a node in a roster: all but its texts.
constexpr std::size_t kNodeBytes = 32;
constexpr std::size_t kDoneKept = 10'000; // of how long seconds were held

/// That a roster may take in a message.
std::uint64_t bytesOf(const Roster& roster) {
    std::uint64_t bytes = kNodeBytes + roster.header.publisher.size();
    for (const auto& node : roster.nodes)
        bytes += node.name.size() + node.server.size() + kNodeBytes;
    for (const auto& agent : roster.agents)
        bytes += agent.name.size() + kNodeBytes;
    return bytes;
}

} // namespace

/// As long as an agent is there, each session of it was heard by one relay only: it claims its nodes anew.
Gathering::Agent& Gathering::agentOf(const Header& header, WallTime stamp, SteadyTime now) {
    auto& agent = m_agents[header.publisher];
    if (agent.session == header.session && agent.claimed != WallTime{}) return agent;
    agent.session = header.session;
    agent.claimed = stamp;
    if (agent.isListed) changeRoster(now);
    return agent;
}

// ---- seconds

void Gathering::add(const Report& report, SteadyTime now, WallTime stamp) {
    const auto second = report.second;
    auto& agent = agentOf(report.header, stamp, now);
    if (!m_open.empty() && second > m_open.newest()) countLive(now);
    const bool first = !m_open.totals(second);
    PopTotals* totals = m_open.open(second, [&](FeedSecond old, PopTotals&) { send(old, now); });
    if (!totals) return; // Judge::time() has refused it
    auto& its = m_seconds[OpenSeconds::indexOf(second)];
    if (first) its = {.awaited = m_live};
    totals->merge(report.totals);
    if (!its.due) {
        const auto ahead = std::clamp(report.ahead, milliseconds(0), kAheadAtMost);
        its.due = now + ahead + kGrace;
        its.begun = now + ahead;
        its.oldestSent = report.oldestSent;
    }
    its.oldestSent = std::min(its.oldestSent, report.oldestSent);

    if (freshness(agent.heard, now) >= Freshness::stale) agent.since = second;
    agent.heard = now;
    if (report.header.correction || agent.since >= second) return; // nobody waits for it
    if (++its.reports == its.awaited) sendUpTo(second, now);
}

void Gathering::noteLoss(std::int64_t lost, std::uint64_t refused) {
    m_lost += lost;
    m_refused += refused;
}

/// In order: a reader takes no second after a later one, unless it is a correction.
void Gathering::sendUpTo(FeedSecond second, SteadyTime now) {
    for (int back = OpenSeconds::kOpenSeconds - 1; back >= 0; --back)
        if (const auto older = m_open.newest() - seconds(back); older <= second) send(older, now);
}

void Gathering::send(FeedSecond second, SteadyTime now) {
    auto& its = m_seconds[OpenSeconds::indexOf(second)];
    if (!m_open.totals(second) || !its.due) return;
    auto& totals = *m_open.open(second, [](FeedSecond, PopTotals&) {});
    auto& header = m_report.header;
    header.intervalEnd = second;
    header.correction = m_sent && second <= *m_sent;
    header.oldestSent = its.oldestSent;
    m_report.pop = m_pop;
    std::swap(m_report.totals, totals);
    totals.clear();
    m_report.totals[Counter::messages_lost] += static_cast<std::uint64_t>(std::max<std::int64_t>(m_lost, 0));
    m_report.totals[Counter::messages_refused] += m_refused;
    for (auto* measured : {&m_report.totals.measuredByAny, &m_report.totals.measuredByAll}) {
        measured->add(Counter::messages_lost);
        measured->add(Counter::messages_refused);
    }
    m_report.twinNodes = m_twins.nodes();
    m_lost = std::min<std::int64_t>(m_lost, 0);
    m_refused = 0;
    m_up.publish(m_report);
    if (m_history) m_history->add(m_report, m_nodes);
    its.due.reset();
    if (header.correction) {
        ++m_done.corrections;
        return;
    }
    ++(its.awaited > 0 && its.reports >= its.awaited ? m_done.whole : m_done.late);
    if (m_done.held.size() < kDoneKept)
        m_done.held.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
            std::max(now - its.begun, SteadyTime::duration::zero())));
    m_sent = second;
}

void Gathering::countLive(SteadyTime now) {
    m_countedAt = now;
    m_twins.forgetSilent(now);
    m_live = 0;
    const bool wanted = columnsWanted();
    for (auto agent = m_agents.begin(); agent != m_agents.end();) {
        const auto fresh = freshness(agent->second.heard, now);
        if (fresh < Freshness::stale) ++m_live;
        if (!wanted) agent->second.columns.reset();
        const bool forgotten = fresh >= Freshness::silent && !agent->second.isListed;
        agent = forgotten ? m_agents.erase(agent) : std::next(agent);
    }
}

void Gathering::forgetTime(SteadyTime now) {
    if (!m_open.empty()) sendUpTo(m_open.newest(), now);
    m_open.clear();
    m_seconds = {};
    m_sent.reset();
}

// ---- when

std::optional<SteadyTime> Gathering::due() const {
    std::optional<SteadyTime> first;
    const auto take = [&](std::optional<SteadyTime> due) {
        if (due) first = first ? std::min(*first, *due) : *due;
    };
    m_open.forEach(
        [&](FeedSecond second, const PopTotals&) { take(m_seconds[OpenSeconds::indexOf(second)].due); });
    take(m_rosterDue);
    take(m_columnsDue);
    return first;
}

void Gathering::tick(SteadyTime now) {
    std::optional<FeedSecond> newest;
    m_open.forEach([&](FeedSecond second, const PopTotals&) {
        const auto due = m_seconds[OpenSeconds::indexOf(second)].due;
        if (due && now >= *due) newest = newest ? std::max(*newest, second) : second;
    });
    if (newest) sendUpTo(*newest, now);
    if (m_rosterDue && now >= *m_rosterDue) sendRoster(now);
    if (m_columnsDue && now >= *m_columnsDue) sendColumns(now);
    if (!m_countedAt || now - *m_countedAt >= seconds(1)) countLive(now);
}

void Gathering::drain(SteadyTime now) {
    if (m_rosterDue) sendRoster(now);
    if (!m_open.empty()) sendUpTo(m_open.newest(), now);
    if (m_columnsDue) sendColumns(now);
}

// ---- rosters

RosterSize Gathering::sizeOf(const Roster& roster) {
    auto size = NodeTable::sizeOf(roster);
    if (roster.agents.empty())
        size = size + NodeTable::sizeOf(std::vector<RosterAgent>{
                          {roster.header.publisher, static_cast<std::uint32_t>(roster.nodes.size()), {}}});
    return size;
}

RosterSize Gathering::sizeOf(const std::string& name) const {
    const auto found = m_agents.find(name);
    if (found == m_agents.end() || !found->second.isListed) return {};
    return sizeOf(rosterOf(name, found->second));
}

Roster Gathering::rosterOf(const std::string& name, const Agent& agent) const {
    Roster roster;
    roster.header.publisher = name;
    roster.header.session = agent.session;
    roster.pop = m_pop;
    roster.epoch = agent.epoch;
    roster.nodes = agent.nodes;
    roster.agents = agent.below;
    if (roster.agents.empty())
        roster.agents.push_back({name, static_cast<std::uint32_t>(agent.nodes.size()), agent.claimed});
    return roster;
}

bool Gathering::hasRoomFor(const Roster& roster) const {
    const auto known = m_agents.find(roster.header.publisher);
    const bool listed = known != m_agents.end() && known->second.isListed;
    const auto nodes = m_nodes - (listed ? known->second.nodes.size() : 0) + roster.nodes.size();
    const auto bytes = m_bytes - (listed ? known->second.bytes : 0) + bytesOf(roster);
    return nodes <= limits::kNodesPerMessage && bytes <= limits::kMessageBytes;
}

std::optional<Refused> Gathering::apply(const Roster& roster, seconds shift, WallTime stamp, SteadyTime now) {
    const auto refusal = [&](Refusal reason, const std::string& why) {
        return Refused{reason, topicOf(roster) + " of " + roster.header.publisher + ": " + why};
    };
    const bool farewell = roster.nodes.empty() && roster.agents.empty();
    const auto known = m_agents.find(roster.header.publisher);
    if (farewell && (known == m_agents.end() || known->second.session != roster.header.session))
        return refusal(Refusal::olderSession, "the farewell of a session that never had nodes there");
    if (!hasRoomFor(roster))
        return refusal(Refusal::full, std::to_string(roster.nodes.size()) + " nodes beside " +
                                          std::to_string(m_nodes) + " of the PoP, expected at most " +
                                          std::to_string(limits::kNodesPerMessage) + " and " +
                                          std::to_string(limits::kMessageBytes) + " bytes in all");
    auto& agent = agentOf(roster.header, stamp, now);
    auto below = roster.agents;
    for (auto& its : below)
        its.claimed += shift; // by our clock, as far as seconds go
    agent.epoch = roster.epoch;
    if (agent.isListed && agent.nodes == roster.nodes && agent.below == below) return std::nullopt;
    const auto had = sizeOf(roster.header.publisher);
    take(agent, roster);
    agent.below = std::move(below);
    m_size = m_size - had + sizeOf(roster.header.publisher);
    if (farewell) agent.heard.reset(); // nobody waits for it
    if (farewell) forgetGone();
    changeRoster(now);
    return std::nullopt;
}

void Gathering::take(Agent& agent, const Roster& roster) {
    m_nodes += roster.nodes.size();
    m_nodes -= agent.isListed ? agent.nodes.size() : 0;
    m_bytes -= agent.bytes;
    agent.bytes = bytesOf(roster);
    m_bytes += agent.bytes;
    agent.isListed = true;
    agent.nodes = roster.nodes;
    agent.columns.reset();
}

void Gathering::restore(const Roster& kept, SteadyTime now) {
    auto& agent = m_agents[kept.header.publisher];
    if (agent.isListed || !hasRoomFor(kept)) return;
    take(agent, kept);
    agent.session = kept.header.session;
    agent.epoch = kept.epoch;
    const bool direct = kept.agents.size() == 1 && kept.agents.front().name == kept.header.publisher;
    agent.claimed = direct ? kept.agents.front().claimed : kept.header.sent;
    if (!direct) agent.below = kept.agents;
    m_size = m_size + sizeOf(kept.header.publisher);
    m_rosterDue = now; // before anything is told of them
}

void Gathering::forgetGone() {
    std::vector<std::pair<WallTime, std::string>> gone;
    for (const auto& [name, agent] : m_agents)
        if (agent.isListed && agent.nodes.empty() && agent.below.empty())
            gone.emplace_back(agent.claimed, name);
    if (gone.size() <= kMostGone) return;
    const auto oldest = m_agents.find(std::ranges::min_element(gone)->second);
    m_bytes -= oldest->second.bytes;
    m_size = m_size - sizeOf(oldest->first);
    m_agents.erase(oldest);
}

void Gathering::changeRoster(SteadyTime now) {
    ++m_rosterChanges;
    if (m_rosterDue) return;
    m_rosterDue = now + kGrace;
    if (m_rosterSentAt) m_rosterDue = std::max(*m_rosterDue, *m_rosterSentAt + kRosterEvery);
}

void Gathering::sendRoster(SteadyTime now) {
    Roster merged;
    merged.pop = m_pop;
    merged.epoch = ++m_epoch;
    merged.nodes.reserve(m_nodes);
    for (const auto& [name, agent] : m_agents) {
        if (!agent.isListed) continue;
        merged.nodes.insert(merged.nodes.end(), agent.nodes.begin(), agent.nodes.end());
        merged.agents.insert(merged.agents.end(), agent.below.begin(), agent.below.end());
        if (agent.below.empty())
            merged.agents.push_back({name, static_cast<std::uint32_t>(agent.nodes.size()), agent.claimed});
    }
    m_up.setRoster(std::move(merged));
    m_rosterDue.reset();
    m_rosterSentAt = now;
}

// ---- node columns

std::optional<Refused> Gathering::apply(const NodeColumns& columns, FeedSecond second, bool clockIsRight,
                                        SteadyTime now) {
    const auto found = m_agents.find(columns.header.publisher);
    const bool listed = found != m_agents.end() && found->second.isListed;
    if (!listed || found->second.epoch != columns.rosterEpoch ||
        found->second.nodes.size() != columns.nodeCount)
        return Refused{Refusal::rosterMismatch,
                       topicOf(columns) + " of " + columns.header.publisher + ": " +
                           std::to_string(columns.nodeCount) + " nodes of roster " +
                           std::to_string(columns.rosterEpoch) +
                           (listed ? ", known is roster " + std::to_string(found->second.epoch) + " of " +
                                         std::to_string(found->second.nodes.size())
                                   : ", which has not come")};
    if (!columnsWanted() || (m_columnsOf && second < *m_columnsOf)) return std::nullopt;
    if (m_columnsDue && second > *m_columnsOf) sendColumns(now);
    if (!m_columnsDue) {
        if (m_columnsOf == second) return std::nullopt; // it has gone up; the next one is newer
        m_columnsOf = second;
        m_columnsDue = now + kGrace;
        m_columnsHeard = 0;
    }
    auto& agent = found->second;
    if (!agent.columns) agent.columns = std::make_unique<NodeColumns>();
    *agent.columns = columns;
    agent.columnsOf = second;
    if (!clockIsRight) (*agent.columns)[NodeColumn::inv_lag_max].clear();
    if (++m_columnsHeard == m_columnsBefore) sendColumns(now);
    return std::nullopt;
}

void Gathering::sendColumns(SteadyTime now) {
    if (m_rosterDue) sendRoster(now); // positions are of the roster that was told last
    auto& to = m_columns;
    to.header.intervalEnd = *m_columnsOf;
    to.pop = m_pop;
    to.rosterEpoch = m_epoch;
    to.nodeCount = static_cast<std::uint32_t>(m_nodes);
    to.heard.assign((m_nodes + 7) / 8, 0);
    for (auto& column : to.columns)
        column.clear();
    std::size_t at = 0;
    for (const auto& [name, agent] : m_agents) {
        if (!agent.isListed) continue;
        if (agent.columns && agent.columnsOf == *m_columnsOf) {
            const auto& from = *agent.columns;
            for (std::size_t n = 0; n < from.nodeCount; ++n)
                if (from.isHeard(n))
                    to.heard[(at + n) / 8] |= static_cast<std::uint8_t>(1U << ((at + n) % 8));
            for (std::size_t c = 0; c < kNodeColumnCount; ++c) {
                if (from.columns[c].empty()) continue;
                to.columns[c].resize(m_nodes, 0);
                std::ranges::copy(from.columns[c], to.columns[c].begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        at += agent.nodes.size();
    }
    if (m_nodes > 0) m_up.publish(m_columns);
    m_columnsDue.reset();
    m_columnsBefore = m_columnsHeard;
}

} // namespace surgescope::feeds
