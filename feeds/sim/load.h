// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/demand.h"
#include "feeds/sim/queueing.h"

#include <string_view>

namespace surgescope::feeds::sim {

/// What a PoP's nodes are asked to do in one second.
struct Work {
    PopDemand demand;      // of people served here
    double extraApi = 0;   // API requests besides: by machines that get past the door, and retries
    double turnedAway = 0; // requests that are answered at the door: blocked, challenged, malformed
    double fetches = 0;    // from the shield
    double bitsFilled = 0;
};

/// What a PoP can do, all of its nodes together.
struct Capacity {
    double cores = 0;
    double nicBitsPerSecond = 0;    // of the nodes' network cards
    double uplinkBitsPerSecond = 0; // out of the PoP, all ways together
    double connections = 0;
    double diskBitsPerSecond = 0;
    double cacheBytes = 0;
};

/// How loaded a PoP is and what that does to latency. Utilisations may exceed 1 where demand does.
struct Load {
    double cpu = 0;
    double nic = 0;    // of the nodes' network cards
    double uplink = 0; // of the ways out of the PoP
    double connections = 0;
    double disk = 0;
    double saturation = 0; // of the most constrained resource, 1 = at its knee (network 85 %, the rest 80 %)
    double backlogSeconds = 0;
    double limited = 0;         // share of API requests refused because of the admission limit (429)
    double overflowed = 0;      // share of all requests refused because the queue is full (503)
    double hitSeconds = 0;      // to the first byte, median
    double balancerSeconds = 0; // that the load balancer adds, median
};

/// What it is that makes it so full, in words.
std::string_view tightestOf(const Load& load);

/// One PoP's load, second by second.
class PopLoad {
  public:
    explicit PopLoad(const Capacity& capacity);

    /// `admissionLimit`: CPU share beyond which API requests are refused. `alive`: share of the nodes.
    /// `grown`: nodes and links over what there is.
    Load step(const Work& work, double admissionLimit, double alive, double grown = 1);

  private:
    Capacity m_capacity;
    FluidQueue m_queue;
};

/// Connections of these people.
double connectionsOf(const PopDemand& demand);
/// Seconds of one core that these people ask for, fetches left out.
double cpuSecondsOf(const PopDemand& demand);
/// The same of everything that is asked.
double cpuSecondsOf(const Work& work);

} // namespace surgescope::feeds::sim
