// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

#include <deque>
#include <vector>

namespace surgescope::feeds::sim {

/// Keys that reach a node in one second.
struct PurgeArrival {
    double keys = 0;
    double roundsLate = 0; // s: they were lost on the way and came with so many rounds of repair
};

/// Purges issued at the origin and their way to a node, network delay excluded: bimodal multicast (Birman et
/// al., ACM TOCS 1999): a best-effort message to everybody, then anti-entropy in rounds of one second. A node
/// that misses a message asks a random other one, so the share still missing is squared in each round.
class PurgeFanOut {
  public:
    explicit PurgeFanOut(const Scenario& scenario) : m_scenario(scenario) {}

    struct Step {
        double issued = 0;              // keys
        std::vector<PurgeArrival> come; // at a node, on average
        double missing = 0;             // keys known by sequence that a node has not got, on average
        bool burstBegins = false;
    };
    /// `staged`: the lever: keys issued per second at most, 0: as they come.
    Step step(double t, double staged);

  private:
    const Scenario m_scenario;
    double m_waiting = 0; // held back by the lever
    struct Lost {
        double keys;
        double loss; // share lost at first
        int round;
    };
    std::vector<Lost> m_lost;
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
        double roundsLate;
    };
    std::deque<Cohort> m_cohorts;
    std::vector<Applied> m_applied;
    double m_pending = 0;
    double m_now = 0;
};

} // namespace surgescope::feeds::sim
