// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/cold_fill.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/network.h"
#include "feeds/sim/origin.h"
#include "feeds/sim/pop_second.h"
#include "feeds/sim/provisioning.h"
#include "feeds/sim/scenario.h"

#include <cstddef>
#include <vector>

namespace surgescope::feeds::sim {

/// What one PoP holds of what does not simply stay there: the release, and the API answers that purges hit.
struct EdgeCache {
    ColdFill release;
    ColdFill hotKeys;

    /// `keys` have been invalidated.
    void invalidate(double keys);
    /// Share of the API hits that are stale while so many keys have yet to be invalidated.
    static double staleShare(double keysPending);
};

/// The caches between people and the origins: edges fill from shields, shields from the origins. What the
/// origins answered a second ago is what edges feel.
class CacheTiers {
  public:
    /// `prewarm`: the share of the release that the shields hold at first.
    CacheTiers(const PopCatalogue& catalogue, const Provisioning& provisioning, const Network& network,
               const Scenario& scenario, double prewarm);

    EdgeCache newEdge(double prewarm) const;

    /// API requests that an edge has no answer to when nothing is purged; `machines`: requests of theirs.
    static double usualApiMisses(const PopDemand& people, double machines);

    // Once a second; `prewarm` is pushed towards.
    void beginSecond(double prewarm);
    /// What becomes of the requests that `second` says are served and let in: writes its part on caches.
    /// `shield`: who fetches for this PoP, by its number in the network.
    void fill(EdgeCache& edge, PopIndex pop, std::size_t shield, PopSecond& second);
    void endSecond(bool originReachable);

  private:
    struct Shield {
        PopIndex pop;
        ColdFill release;
        double originShare = 0; // of what its PoPs fetch of the release, that it had to fetch as well
        // In this second, of its PoPs:
        double catalogueMisses = 0;
        double releaseRequests = 0; // of their people
        double releaseFetches = 0;
    };

    const Network& m_network;
    LruCache m_edge;
    double m_shieldHitRatio;
    Popularity m_segments;
    Popularity m_hotKeys;
    std::vector<Shield> m_shields; // in the network's order
    Origin m_origin;
    Origin::Step m_originAnswered;
    double m_cold = 1;
};

} // namespace surgescope::feeds::sim
