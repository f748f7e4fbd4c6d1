// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/demand.h"

namespace surgescope::feeds::sim {

/// What a PoP can do, planned by its own daily peak: CPU 42 % and network 40 % busy at that hour.
struct Capacity {
    double cores = 0;
    double egressBitsPerSecond = 0;
    static Capacity plannedFor(const PopDemand& dailyPeak);
};

/// How loaded a PoP is and what that does to latency.
struct Load {
    double cpu = 0; // busy share, may exceed 1 where demand does
    double nic = 0;
    double saturation = 0; // of the most constrained resource, 1 = at its knee (CPU 80 %, network 85 %)
    double hitTtfbUs = 0;  // medians
    double missTtfbUs = 0;
    double lbUs = 0;
};

/// `fetchSeconds`: a fetch from the shield, without this PoP's own time.
Load loadOf(const PopDemand& demand, double misses, const Capacity& capacity, double fetchSeconds);

/// Round trip between two places over fibre: 200 km/ms, paths 1.4 times the great circle, 0.5 ms besides.
double roundTripSeconds(const Pop& a, const Pop& b);

} // namespace surgescope::feeds::sim
