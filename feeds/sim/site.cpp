// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/site.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace surgescope::feeds::sim {

void Site::serve(double retries, double admissionLimit, double alive, double grown) {
    const auto& a = second.abuse;
    second.retries = retries;
    Work work{second.served, a.botsPassed + second.retries, a.blocked + a.challenged + a.malformed,
              second.audioMisses + second.failedFetches + second.apiMisses + second.pushed,
              second.bitsFilled};
    work.demand.apiPerSecond -= a.peopleTurnedAway;
    work.demand.audioPerSecond += second.audioRetries;
    second.quality = link.quality();
    work.demand.egressBitsPerSecond *= second.quality;
    second.load = isDown ? Load{} : load.step(work, admissionLimit, alive, grown);
    second.link = link.step(std::max(second.load.nic, second.load.uplink));
}

void Site::invalidate(const PurgeFanOut::Step& fanOut, const NodeFleet& fleet, double fromIssuer,
                      std::uint64_t draw) {
    auto& s = second;
    s.lags.clear();
    s.nodes.groups = {};
    s.received = s.missing = 0;
    if (isDown) {
        double came = 0;
        for (const auto& arrival : fanOut.come)
            came += arrival.keys;
        missedWhileDown.keys += came;
        missedWhileDown.late += 1;
        return;
    }
    auto arrivals = fanOut.come;
    relays.step(arrivals, draw);
    const double missing = fanOut.missing + relays.keys();
    if (missedWhileDown.keys > 0) { // it asks for what it missed; on average half the time ago
        missedWhileDown.late /= 2;
        arrivals.push_back(missedWhileDown);
        missedWhileDown = {};
    }
    double applied = 0;
    double pending = 0;
    double nodes = 0;
    for (std::size_t g = 0; g < kNodeGroups; ++g) {
        const double groupNodes = static_cast<double>(fleet.groupNodes(pop, g));
        const double cpu = s.load.cpu * fleet.groupFactor(pop, g);
        auto& group = s.nodes.groups[g];
        double groupApplied = 0;
        for (const auto& slice : purges[g].step(arrivals, cpu)) {
            groupApplied += slice.keys * groupNodes;
            const double us = (slice.lagSeconds + fromIssuer) * 1e6;
            const auto until = static_cast<std::uint64_t>(std::llround(groupApplied));
            s.addLag(us, until - group.applied);
            group.applied = until;
            group.lagUs = std::max(group.lagUs, us);
        }
        group.pending =
            static_cast<std::uint64_t>(std::llround((purges[g].pending() + missing) * groupNodes));
        applied += groupApplied;
        pending += purges[g].pending() * groupNodes;
        nodes += groupNodes;
    }
    for (const auto& arrival : arrivals)
        s.received += arrival.keys * nodes;
    s.missing = missing * nodes;
    if (nodes <= 0) return;
    cache.invalidate(applied / nodes);
    s.staleShare = EdgeCache::staleShare(pending / nodes + missing);
}

} // namespace surgescope::feeds::sim
