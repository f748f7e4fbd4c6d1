// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/publish/publisher.h"
#include "feeds/relay/gathering.h"
#include "feeds/state/judge.h"
#include "feeds/state/roster_size.h"
#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Makes thousands of agents into one publisher: their reports are judged as a wall judges them, merged by
/// PoP and second, and go up with one roster a PoP. It is told the time and has no sockets and threads: tests
/// drive it. What it passes on, and when: RELAY.md. One thread.
class Relay {
  public:
    /// All must outlive it. What it has to say is given to `up`, seconds to `history`, too, if there is one.
    Relay(const PopCatalogue& catalogue, Publisher& up, HistoryWriter* history = nullptr)
        : m_catalogue(catalogue), m_up(up), m_history(history) {}

    /// A message is used whole or refused whole.
    std::optional<Refused> apply(const PopReport& message, Arrival arrival);
    std::optional<Refused> apply(const NodeColumns& message, Arrival arrival);
    std::optional<Refused> apply(const Roster& message, Arrival arrival);
    std::optional<Refused> apply(const Event& message, Arrival arrival);
    std::optional<Refused> apply(const Global& message, Arrival arrival);
    /// Something came that could not be applied; it is told upward as all that was refused.
    void noteRefused(std::uint64_t messages) { m_refused += messages; }

    /// Sends what is due.
    void tick(SteadyTime now);
    /// When that is the next time.
    std::optional<SteadyTime> due() const;
    /// Sends all there is, before it ends. No farewell: the nodes stay expected, for their agents are there.
    void drain(SteadyTime now);

    /// The nodes a relay before this one knew, each agent's apart. Refused: they would not be taken from an
    /// agent either.
    std::optional<Refused> restore(const Roster& kept, SteadyTime now);
    void forEachRoster(const std::function<void(const Roster&)>& use) const;
    /// Rises with each change of what forEachRoster() gives.
    std::uint64_t rosterChanges() const;

    /// By PoP's code.
    const std::map<std::string, std::unique_ptr<Gathering>>& gatherings() const { return m_gatherings; }
    const Judge& judge() const { return m_judge; }
    Judge& judge() { return m_judge; }
    /// What was done since the last call, in all PoPs.
    Gathering::Done takeDone();

  private:
    Gathering* known(const std::string& pop) const;
    /// Makes one where there is none; null: there is no room.
    Gathering* gatheringOf(const std::string& pop);
    /// As Judge::hear(), and notes what was lost or refused for the PoP; null: of none.
    template <class Message> Judge::Heard hear(const Message& message, Arrival arrival, Gathering* gathering);
    std::optional<Refused> refuse(std::optional<Refused> refused, Gathering* gathering);
    RosterSize allRosters() const;
    /// Beside what all agents have, and what this one has, in the bounds of one publisher: that is what we
    /// are to who is above.
    bool hasRoomFor(const Roster& message, RosterSize its, RosterSize had) const;

    const PopCatalogue& m_catalogue;
    Publisher& m_up;
    HistoryWriter* m_history;
    Judge m_judge;
    std::map<std::string, std::unique_ptr<Gathering>> m_gatherings;
    std::size_t m_unplaced = 0;
    std::int64_t m_lost = 0; // of no PoP, not told yet
    std::uint64_t m_refused = 0;
    std::string m_globalOf; // whose global is passed on
    std::optional<SteadyTime> m_globalAt;
    std::optional<SteadyTime> m_sweptAt;
};

} // namespace surgescope::feeds
