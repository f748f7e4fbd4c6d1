// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/network.h"
#include "feeds/sim/scenario.h"

#include <cstdint>
#include <vector>

namespace surgescope::feeds::sim {

/// Sends clients of hot, drained and dead PoPs to neighbours that have room, as name servers and anycast do:
/// each PoP decides by itself, and clients follow with a lag (after FastRoute: Flavel et al., NSDI 2015).
/// When everybody is hot in the same minute there is nowhere to go. Clients of a drained or dead PoP go to
/// its neighbours, room or not; those then send their own away.
class Balancing {
  public:
    /// `network` must outlive it.
    Balancing(const Network& network, const Scenario& scenario);

    struct Site {
        enum class State : std::uint8_t { open, drained, dead };
        double work = 0; // of its own clients, wherever they are served; in any one unit
        double saturationPerWork =
            0; // what a unit of work does to it; 0: it serves nobody, for it has no nodes
        State state = State::open;
    };
    /// Where this second's clients go, one site a PoP. `radius`: neighbours that a PoP asks. `seconds`: since
    /// the step before, or for how long it has been so.
    void step(const std::vector<Site>& sites, double radius, double seconds = 1);

    struct Move {
        PopIndex from;
        PopIndex to;
        double share; // of from's clients
    };
    const std::vector<Move>& moves() const { return m_moves; }
    /// Share of the PoP's clients that are served elsewhere, or that should be but find no room.
    double away(PopIndex pop) const { return m_away[pop.value]; }
    double unplaced(PopIndex pop) const { return m_unplaced[pop.value]; }

  private:
    void follow(const std::vector<Site>& sites, double seconds);
    void place(const std::vector<Site>& sites, double radius, bool open);

    const Network& m_network;
    double m_above;
    double m_lagSeconds;
    std::vector<double> m_wanted; // share of its clients that a PoP turns away, with the lag
    std::vector<double> m_away;
    std::vector<double> m_unplaced;
    std::vector<double> m_room;   // in units of work
    std::vector<double> m_forced; // work that came from PoPs that are not open, the second before
    std::vector<double> m_comes;
    std::vector<Move> m_moves;
};

} // namespace surgescope::feeds::sim
