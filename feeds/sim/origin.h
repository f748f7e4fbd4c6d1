// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/queueing.h"

namespace surgescope::feeds::sim {

/// The origins behind the shields, taken as one pool with a bounded queue.
class Origin {
  public:
    /// `fetchesPerSecond`: that it can answer.
    explicit Origin(double fetchesPerSecond);

    struct Step {
        double seconds = 0; // until a fetch is answered, the way there excluded
        double failing = 0; // share of the fetches that are not
        bool asked = true;  // false: the shields know that it is out of reach, and refuse at once
    };
    Step step(double fetchesPerSecond, bool reachable);

  private:
    double m_capacity;
    double m_unreachable = 0; // s, so far
    FluidQueue m_queue;
};

} // namespace surgescope::feeds::sim
