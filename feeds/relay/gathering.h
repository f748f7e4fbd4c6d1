// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/publish/publisher.h"
#include "feeds/state/open_seconds.h"
#include "feeds/state/roster_size.h"
#include "feeds/state/twins.h"
#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

class HistoryWriter;

/// What a relay gathers of one PoP: the seconds that have not gone up yet, whose nodes there are, and, if
/// somebody looks at them, their columns. It gives what is due to a publisher. One thread.
class Gathering {
  public:
    /// How long a second waits for those who have not reported it.
    static constexpr std::chrono::milliseconds kGrace{300};
    /// Agents that said farewell are remembered, so that no other relay's claim to them comes back; so many.
    static constexpr std::size_t kMostGone = 10'000;

    /// Both must outlive it. `history`, if any, gets what goes up of seconds.
    Gathering(std::string pop, Publisher& up, HistoryWriter* history = nullptr)
        : m_pop(std::move(pop)), m_up(up), m_history(history) {}

    /// Of a report that was judged.
    struct Report {
        const Header& header;
        FeedSecond second; // it counts in
        const PopTotals& totals;
        WallTime oldestSent;                // by our clock
        std::chrono::milliseconds ahead{0}; // how long it came before its second's end, by the fleet's clocks
    };
    /// Adds a report up, and sends what has become whole.
    void add(const Report& report, SteadyTime now, WallTime stamp);
    /// Missing or refused, of what this PoP's agents said; told with the next report. `lost` may be negative:
    /// some came late.
    void noteLoss(std::int64_t lost, std::uint64_t refused);
    void noteTwin(const std::string& publisher, std::uint64_t nodes, SteadyTime now) {
        m_twins.note(publisher, nodes, now);
    }
    void forgetTwin(const std::string& publisher) { m_twins.forget(publisher); }

    /// Replaces an agent's nodes. `shift`: to be added to its times. An Error: why it cannot be taken.
    std::optional<Refused> apply(const Roster& roster, std::chrono::seconds shift, WallTime stamp,
                                 SteadyTime now);
    /// Its nodes as kept by a relay before: those expected until they say farewell.
    void restore(const Roster& kept, SteadyTime now);
    /// What a roster takes above, as part of ours.
    static RosterSize sizeOf(const Roster& roster);
    /// What an agent's nodes take there now.
    RosterSize sizeOf(const std::string& agent) const;
    /// What all of them take.
    RosterSize size() const { return m_size; }
    /// Rises with each change of what forEachRoster() gives.
    std::uint64_t rosterChanges() const { return m_rosterChanges; }
    /// Each agent's nodes, in the form that restore() takes.
    template <class Use> void forEachRoster(Use use) const {
        for (const auto& [name, agent] : m_agents)
            if (agent.isListed) use(rosterOf(name, agent));
    }

    /// Columns of a second. Refused: they are of another roster than is known.
    std::optional<Refused> apply(const NodeColumns& columns, FeedSecond second, bool clockIsRight,
                                 SteadyTime now);

    /// Sends what is due; once a second it looks who has fallen silent.
    void tick(SteadyTime now);
    /// When tick() is due the next time; nothing: there is nothing to send.
    std::optional<SteadyTime> due() const;
    /// Sends all there is.
    void drain(SteadyTime now);
    /// Feed time went back: what is open is of another time.
    void forgetTime(SteadyTime now);

    const OpenSeconds& open() const { return m_open; }
    std::size_t agents() const { return m_agents.size(); }
    std::size_t liveAgents() const { return m_live; }
    std::uint64_t nodes() const { return m_nodes; }

    /// What was done since the last call.
    struct Done {
        std::uint64_t whole = 0;       // seconds that all had reported
        std::uint64_t late = 0;        // that went up without some
        std::uint64_t corrections = 0; // reports that came after their second had gone up, in messages
        std::vector<std::chrono::microseconds> held; // from a second's first report to its going up
    };
    Done takeDone() { return std::exchange(m_done, {}); }

  private:
    struct Agent {
        bool isListed = false; // a roster of it has come
        std::uint64_t session = 0;
        std::uint32_t epoch = 0; // of its roster
        std::vector<RosterNode> nodes;
        std::vector<RosterAgent> below; // of a relay
        std::uint64_t bytes = 0;        // that all this may take in a message
        WallTime claimed{};             // since when this session of it is heard, by our clock
        std::optional<SteadyTime> heard;
        FeedSecond since{};                   // its first second since it was silent last
        std::unique_ptr<NodeColumns> columns; // its newest; null: nobody looks
        FeedSecond columnsOf{};
    };
    struct Second {                    // of an open one, beside its totals
        std::optional<SteadyTime> due; // by then it goes up; nothing: it has
        SteadyTime begun;              // the first of what has not gone up came
        std::size_t awaited = 0;       // agents, when it began
        std::size_t reports = 0;       // of those
        WallTime oldestSent{};
    };

    Agent& agentOf(const Header& header, WallTime stamp, SteadyTime now);
    bool hasRoomFor(const Roster& roster) const;
    void send(FeedSecond second, SteadyTime now);
    void sendUpTo(FeedSecond second, SteadyTime now);
    void sendRoster(SteadyTime now);
    void sendColumns(SteadyTime now);
    void changeRoster(SteadyTime now);
    void take(Agent& agent, const Roster& roster);
    void countLive(SteadyTime now);
    void forgetGone();
    Roster rosterOf(const std::string& name, const Agent& agent) const;
    bool columnsWanted() const { return m_up.wanted("node/" + m_pop); }

    std::string m_pop;
    Publisher& m_up;
    HistoryWriter* m_history;
    std::map<std::string, Agent> m_agents; // by name, which is the order of the merged roster
    std::size_t m_live = 0;
    std::uint64_t m_nodes = 0; // of all rosters
    RosterSize m_size;         // the same, as it is counted above
    std::uint64_t m_bytes = 0; // that these may take in a message
    std::uint64_t m_rosterChanges = 0;
    std::optional<SteadyTime> m_countedAt;

    OpenSeconds m_open;
    std::array<Second, OpenSeconds::kOpenSeconds> m_seconds; // by indexOf()
    std::optional<FeedSecond> m_sent;                        // the newest that went up
    std::int64_t m_lost = 0;                                 // not told yet
    std::uint64_t m_refused = 0;
    Twins m_twins;

    std::uint32_t m_epoch = 0; // of the merged roster
    std::optional<SteadyTime> m_rosterDue;
    std::optional<SteadyTime> m_rosterSentAt;

    std::optional<FeedSecond> m_columnsOf;
    std::optional<SteadyTime> m_columnsDue;
    std::size_t m_columnsHeard = 0;
    std::size_t m_columnsBefore = 0; // agents that the columns before were of
    Done m_done;
    PopReport m_report; // for its memory
    NodeColumns m_columns;
};

} // namespace surgescope::feeds
