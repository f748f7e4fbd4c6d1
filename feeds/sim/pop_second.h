// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_totals.h"
#include "feeds/sim/abuse.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/link.h"
#include "feeds/sim/load.h"
#include "feeds/sim/metadata.h"
#include "feeds/sim/node_fleet.h"

#include <cstdint>
#include <vector>

namespace surgescope::feeds::sim {

/// What the models say of one PoP in one second: means, per second.
struct PopSecond {
    PopDemand served;             // of the people served here
    double cameFrom = 0;          // share of their requests, by clients of other PoPs
    std::uint64_t spilledIn = 0;  // those, counted
    std::uint64_t spilledOut = 0; // requests of this PoP's own clients that are served elsewhere
    double unplaced = 0;          // requests that should be, but find no room
    Abuse abuse;
    double retries = 0; // API requests, sent again after a failure

    // Caches.
    double audioRetries = 0; // segments asked for once more because they could not be had
    double audioMisses = 0;  // that are answered
    double delayedHits = 0;
    double waitSeconds = 0; // of one of those, on average
    double staleAudio = 0;  // expired, but served because it cannot be fetched again
    double delayedApi = 0;  // API answers that wait for another request's
    double apiHits = 0;
    double apiMisses = 0;      // reach the metadata service
    double wantedOfOrigin = 0; // audio misses that the shield has to fetch as well
    double originShare = 0;    // of the audio misses, that the shield has to fetch as well
    double shieldSeconds = 0;  // a fetch from the shield takes, besides this PoP's own time
    double originSeconds = 0;  // and through it from the origin
    double failedFetches = 0;  // requests for what cannot be fetched (504)
    double failedAtOrigin = 0; // of those, that the origin was asked for
    double pushed = 0;         // objects that prewarming brought
    double bitsFilled = 0;

    Load load;
    Link::Step link;
    double quality = 1;            // bits that players ask for over what they would like to
    MetadataService::Step service; // of the region
    double serviceDistance = 1;    // times as long as the region's median, as seen from here

    // Invalidation: keys × nodes.
    double received = 0;
    double missing = 0;
    double staleShare = 0; // of API hits
    struct Lag {
        double us = 0;
        std::uint64_t count = 0;
    };
    std::vector<Lag> lags;
    /// Adds to `lags`, together with what was applied about as late.
    void addLag(double us, std::uint64_t count);
    NodeState nodes;
};

/// That second as its nodes would report it. Counts are drawn around their means by hashes of `key`, which is
/// one per seed, PoP and second.
void report(const PopSecond& second, PopIndex pop, const NodeFleet& fleet, std::uint64_t key,
            PopTotals& totals);

} // namespace surgescope::feeds::sim
