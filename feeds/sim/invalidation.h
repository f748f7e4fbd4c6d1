// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

namespace surgescope::feeds::sim {

/// Keys issued per second at the origin, `t` seconds after the release.
double invalidationsPerSecond(const Scenario& scenario, double t);

/// The invalidations of one node of a PoP: they arrive after the network's delay (some only by repair) and
/// are applied at a rate that falls with saturation, so a busy node stays stale for longer.
class ApplyQueue {
  public:
    struct Step {
        double applied = 0;    // keys
        double pending = 0;    // keys left
        double lagSeconds = 0; // of those applied, network excluded
    };
    /// One second in which `issued` keys arrive at a node whose CPU is busy by this share (0 to 1).
    Step step(double issued, double cpu);

  private:
    double m_pending = 0;
};

} // namespace surgescope::feeds::sim
