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

/// People whose player could not get a segment and tries again.
class RetryingPlayers {
  public:
    /// Requests of theirs in this second.
    double again() const;
    /// How many failed: of those, and of all others.
    void failed(double again, double others);

  private:
    double m_waiting = 0;
};

/// What one PoP holds of what does not simply stay there: the release, the pages that people who wait for it
/// refresh, and the API answers that purges hit; and who waits for what it could not get.
struct EdgeCache {
    ColdFill release;
    ColdFill pages;
    ColdFill hotKeys;
    RetryingPlayers retryingRelease{};
    RetryingPlayers retryingCatalogue{};

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
               const Demand& demand, const Scenario& scenario, double prewarm);

    EdgeCache newEdge(double prewarm) const;

    /// Through whom an edge fetches.
    struct Way {
        std::size_t shield = 0; // by its number in the network
        double direct = 0;      // share of the fetches that go to the origin past it
        bool lost = false;      // the edge has not noticed yet that its shield is gone
    };

    /// API requests that an edge has no answer to when nothing is purged; `machines`: requests of theirs.
    static double usualApiMisses(const PopDemand& people, double machines);

    /// That share of the release has come out only now: the shields have none of it.
    void invalidate(double share);

    // Once a second; `prewarm` is pushed towards; `newPages`: the release's have just appeared.
    void beginSecond(double prewarm, bool newPages);
    /// What becomes of the requests that `second` says are served and let in: writes its part on caches.
    void fill(EdgeCache& edge, PopIndex pop, const Way& way, PopSecond& second);
    void endSecond(bool originReachable);

  private:
    struct Shield {
        PopIndex pop;
        double hitRatio; // of what its PoPs' caches lack of the catalogue
        ColdFill release;
        double originShare = 0; // of what its PoPs fetch of the release, that it had to fetch as well
        // In this second, of its PoPs:
        double catalogueMisses = 0;
        double releaseRequests = 0; // of their people
        double releaseFetches = 0;
    };

    struct Catalogue { // what a PoP's caches make of it, shares of the requests
        double misses = 0;
        double expired = 0; // there, but to be fetched again
    };
    void fillCatalogue(RetryingPlayers& players, PopIndex pop, const Way& way, PopSecond& second);
    void fillRelease(EdgeCache& edge, PopIndex pop, const Way& way, PopSecond& second);
    void fillApi(EdgeCache& edge, PopSecond& second);

    const Network& m_network;
    double m_segmentBits;
    double m_releaseSegmentBits;
    std::vector<Catalogue> m_edges; // by PopIndex
    Popularity m_segments;
    Popularity m_pages;
    Popularity m_hotKeys;
    std::vector<Shield> m_shields; // in the network's order
    Origin m_origin;
    Origin::Step m_originAnswered;
    double m_direct = 0; // fetches that passed the shields by in this second
    double m_cold = 1;
    bool m_newPages = false;
};

} // namespace surgescope::feeds::sim
