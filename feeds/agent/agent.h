// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"
#include "feeds/agent/watched_node.h"
#include "feeds/model/feed_time.h"
#include "feeds/publish/publisher.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// Reports nodes: mostly the one it runs on, or many of many PoPs that it asks from afar. At each whole
/// second of the wall clock their seconds end; as soon as all have settled, or kSettleTime later, it
/// publishes a PopReport and a NodeColumns per PoP that end with that second. A PoP's roster goes out before
/// the first of them and whenever a server or what can be measured changes. What is measured and how:
/// AGENTS.md.
///
/// Clock steps: no second is published twice or after a later one in a session. After a step back the agent
/// collects in silence until the clock has caught up, or begins a new session if that would take longer than
/// kLongestInterval; what was collected over more than that of real time is no second's traffic any more and
/// goes into log_lines_lost.
///
/// One thread; it waits in turn() and nowhere else. Logs changes of state through spdlog's default logger.
class Agent {
  public:
    static constexpr std::chrono::seconds kLongestInterval{10};
    static constexpr std::chrono::milliseconds kSettleTime{500};

    /// Errors: a collector that cannot be made. `clock` and `publisher` must outlive the agent.
    static Result<std::unique_ptr<Agent>> open(std::vector<NodePlan> plans, const Clock& clock,
                                               Publisher& publisher);

    /// Waits for whatever collectors wait for, `atMost` that long and not beyond the next second, and reports
    /// when a second has ended and settled.
    void turn(std::chrono::milliseconds atMost);
    /// A second has ended and not all answers to it are in.
    bool settling() const { return m_settling; }
    /// From now on these nodes. Those whose plan has not changed go on as they are; of those that change, the
    /// lines of the second that runs go as lost into the next one. On an error nothing changes; only where a
    /// port turns out to be another program's, those that should have changed begin anew as they were.
    std::optional<Error> reload(std::vector<NodePlan> plans);
    /// Takes all nodes off their rosters.
    void farewell();

    /// Where the agent waits: what else its thread has to hear, signals for example, is watched there.
    EventLoop& loop() { return m_loop; }
    using NodeKey = std::pair<std::string, std::string>; // PoP and name
    const std::map<NodeKey, std::unique_ptr<WatchedNode>>& nodes() const { return m_nodes; }

  private:
    Agent(const Clock& clock, Publisher& publisher) : m_clock(clock), m_publisher(publisher) {}

    void wait(std::chrono::milliseconds atMost);
    std::optional<Error> add(const std::map<NodeKey, NodePlan>& plans,
                             const std::map<NodeKey, std::uint64_t>& owed);
    void tellOfPops();
    void takeOff(Roster& roster);
    void startOver(FeedSecond second);
    void cut(FeedSecond end);
    void settle();
    void report();
    void reportPop(Roster& roster);

    const Clock& m_clock;
    Publisher& m_publisher;
    EventLoop m_loop; // outlives what waits in it
    std::map<NodeKey, std::unique_ptr<WatchedNode>> m_nodes;
    std::vector<Roster> m_rosters; // of each PoP

    std::optional<FeedSecond> m_lastEnd; // of the last second that was cut, reported or not
    bool m_collecting = false;           // a second has begun on a whole second
    SteadyTime m_begun{};                // when the running second began
    bool m_clockBehind = false;

    bool m_settling = false;
    bool m_whole = false; // what settles is a second, and not what came before the first
    SteadyTime m_cut{};   // when it ended
};

} // namespace surgescope::feeds
