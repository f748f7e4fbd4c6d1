// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace surgescope::feeds::sim {

/// Keys that reach a node in one second.
struct PurgeArrival {
    double keys = 0;
    double late = 0; // s: they were held back, or lost on the way and came with so many rounds of repair
};

/// Purges issued at the origin and their way to a node, network delay excluded: bimodal multicast (Birman et
/// al., ACM TOCS 1999): a best-effort message to everybody, then anti-entropy in rounds of one second. A node
/// that misses a message asks a random other one, so the share still missing is squared in each round.
class PurgeFanOut {
  public:
    /// `seed`: when bursts that come again do so, and how large they are: never to the second, never alike.
    PurgeFanOut(const Scenario& scenario, std::uint64_t seed) : m_scenario(scenario), m_seed(seed) {}

    struct Step {
        double issued = 0;              // keys, held back ones included: they are stale from now on
        std::vector<PurgeArrival> come; // at a node, on average
        double missing = 0;             // keys known by sequence that a node has not got, on average
        double burstKeys = 0;           // of the burst that begins in this second
    };
    /// `staged`: the lever: keys sent out per second at most, the others wait; 0: as they come.
    Step step(double t, double staged);

  private:
    struct Burst {
        double since = -1; // s; below 0: there has been none
        double size = 1;   // times what the scenario says
    };
    Burst burstAt(double t) const;

    struct Held { // back by the lever
        double keys;
        double at;
    };
    struct Lost {
        double keys;
        double late; // when it was sent
        double loss; // share lost at first
        int round;
    };
    const Scenario m_scenario;
    std::uint64_t m_seed;
    std::deque<Held> m_held;
    std::vector<Lost> m_lost;
};

/// Relays that are stuck now and then: what a PoP should get in such a second comes to it late.
class StuckRelays {
  public:
    /// Takes out of `come` what gets stuck, by a draw of one PoP and second, and adds what comes loose.
    void step(std::vector<PurgeArrival>& come, std::uint64_t draw);
    double keys() const { return m_keys; }

  private:
    struct Stuck {
        PurgeArrival arrival;
        double until;
    };
    std::vector<Stuck> m_stuck;
    double m_keys = 0;
    double m_now = 0;
};

/// The share of nodes that still miss a message after so many rounds of repair.
double missingAfter(double loss, int rounds);

/// The invalidations of a node, applied in order at a rate that falls with saturation: a busy node stays
/// stale for longer.
class ApplyQueue {
  public:
    struct Applied {
        double keys;
        double lagSeconds; // from issue, network delay excluded
    };
    /// One second. `cpu`: the node's, from 0 to 1. The result is valid until the next call.
    const std::vector<Applied>& step(const std::vector<PurgeArrival>& come, double cpu);
    double pending() const { return m_pending; }

  private:
    struct Cohort {
        double keys;
        double left;
        double cameAt; // s, by this queue's own clock
        double late;
    };
    std::deque<Cohort> m_cohorts;
    std::vector<Applied> m_applied;
    double m_pending = 0;
    double m_now = 0;
};

} // namespace surgescope::feeds::sim
