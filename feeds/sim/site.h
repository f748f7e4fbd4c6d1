// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/ids.h"
#include "feeds/sim/cache_tiers.h"
#include "feeds/sim/invalidation.h"
#include "feeds/sim/link.h"
#include "feeds/sim/load.h"
#include "feeds/sim/node_fleet.h"
#include "feeds/sim/pop_second.h"

#include <array>

namespace surgescope::feeds::sim {

/// A PoP with nodes: what it keeps from second to second, and what becomes of one second in it once it is
/// known who is served there and what its cache lacks.
struct Site {
    PopIndex pop;
    PopLoad load;
    Link link{};
    EdgeCache cache;
    std::array<ApplyQueue, kNodeGroups> purges{};
    StuckRelays relays{};
    PurgeArrival missedWhileDown{};
    double saturationPerWork; // as planned, until it has served somebody
    double botnetWeight;
    Firewall firewall{}; // how well it does there
    bool isDown = false;
    PopSecond second;

    /// Works on what came and on what is asked once more after a failure; the rest as of PopLoad::step().
    void serve(double retries, double admissionLimit, double alive, double grown);
    /// Applies what came, from the issuer this many seconds away, and what it missed while it was down.
    /// `draw`: of this PoP and second, of what gets stuck on the way.
    void invalidate(const PurgeFanOut::Step& fanOut, const NodeFleet& fleet, double fromIssuer,
                    std::uint64_t draw);
};

} // namespace surgescope::feeds::sim
