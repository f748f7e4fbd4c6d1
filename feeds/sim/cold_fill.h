// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/lru_cache.h"
#include "feeds/sim/scenario.h"

#include <vector>

namespace surgescope::feeds::sim {

/// A set of objects filling one cache. Exact for objects that do not expire: an object asked for L times on
/// average is still cold with probability e^-L, and only the first request of each fetches it; those that
/// come while it is on its way wait for it (delayed hits; Atre, Sherry, Wang, Berger, SIGCOMM 2020).
class ColdFill {
  public:
    /// `cold`: the share of each group's objects that the cache lacks at first.
    ColdFill(const Popularity& objects, double cold);

    struct Step {
        double fetches = 0;     // of objects that were cold
        double delayedHits = 0; // requests that waited for one
        double failed = 0;      // requests for objects that could not be fetched
    };
    /// Where it fetches from, and what cannot be fetched there.
    struct Source {
        double failing = 0;               // share of the fetches from the origin that fail
        const ColdFill* shield = nullptr; // has the same objects, some of them: those do not fail
        double direct = 0;                // share of the fetches that pass the shield by
    };
    /// One second of `requests`, a fetch taking `fetchSeconds`.
    Step step(double requests, double fetchSeconds, const Source& source = {0, nullptr, 0});
    /// Pushes objects in until no more than `cold` of them are missing, most within a minute; returns how
    /// many were pushed in this second.
    double push(double cold);
    /// A share of the objects has been invalidated and must be fetched again.
    void invalidate(double share);
    /// Share of the objects in cache.
    double warm() const;

  private:
    struct Group {
        double objects;
        double share;
        double cold; // probability that one of them is
    };
    std::vector<Group> m_groups;
    double m_objects = 0;
};

/// The release's segments by popularity: Zipf over the tracks, the first segments of a track more than its
/// last ones, because people skip, and four renditions.
Popularity releaseSegments(const Scenario& scenario);

} // namespace surgescope::feeds::sim
