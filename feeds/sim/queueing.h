// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::feeds::sim {

/// Mean wait over service time in M/M/c at utilisation `busy` (below 1), by Sakasegawa's closed form (Annals
/// of the Institute of Statistical Mathematics 29, 1977). Against Erlang's C it is off by a few percent where
/// waits matter.
double waitOverService(double busy, double servers);

/// A queue that grows when more comes than can be done and is bounded: what comes beyond that is refused.
/// Work is counted in seconds of everything that serves, so the backlog is also how long the newest one
/// waits.
class FluidQueue {
  public:
    explicit FluidQueue(double mostSeconds) : m_most(mostSeconds) {}

    struct Step {
        double backlogSeconds = 0; // at the end of the second
        double refused = 0;        // share of what came
    };
    /// One second in which `busy` times as much work comes as can be done in it.
    Step step(double busy);

  private:
    double m_most;
    double m_backlog = 0;
};

} // namespace surgescope::feeds::sim
