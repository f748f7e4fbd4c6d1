// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

#include <vector>

namespace surgescope::feeds::sim {

/// The release's objects filling one PoP's cache. Exact for objects that do not expire: an object asked for L
/// times on average is still cold with probability e^-L, and only the first request of each fetches it; those
/// that come while it is on its way wait for it (delayed hits; Atre, Sherry, Wang, Berger, SIGCOMM 2020).
class ColdFill {
  public:
    explicit ColdFill(const Scenario& scenario);

    struct Step {
        double misses = 0;      // fetches from the shield
        double delayedHits = 0; // requests that waited for one
    };
    /// One second of `requests` for the release, a fetch taking `fetchSeconds`.
    Step step(double requests, double fetchSeconds);
    /// Share of the objects in cache.
    double warm() const;

  private:
    struct Objects {   // of one track and rendition
        double share;  // of all requests, each
        double number; // segments
    };
    std::vector<Objects> m_objects;
    double m_total = 0;
    double m_coldShare; // what prewarming left
    double m_asked = 0; // requests so far
};

} // namespace surgescope::feeds::sim
