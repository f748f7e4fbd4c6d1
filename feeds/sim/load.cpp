// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/load.h"

#include <algorithm>
#include <array>
#include <utility>

namespace surgescope::feeds::sim {
namespace {

// Seconds of one core.
constexpr double kApiCpu = 1e-3;
constexpr double kPollCpu = 0.25e-3; // answered from the cache
constexpr double kAudioCpu = 0.25e-3;
constexpr double kMissCpu = 0.6e-3;
constexpr double kTurnedAwayCpu = 0.05e-3;

// Where a resource begins to hurt.
constexpr double kNicKnee = 0.85;
constexpr double kKnee = 0.80; // of the others

constexpr double kCoresPerNode = 8;
constexpr double kServiceSeconds = 0.7e-3; // of a mean request
constexpr double kMostBacklogSeconds = 0.1;
constexpr double kBalancerSeconds = 60e-6;       // when idle
constexpr double kBalancerOverCpu = 0.22 / 0.42; // how busy it is
constexpr double kBalancerMost = 0.95;
constexpr double kReadFromDisk = 0.3; // of egress; the rest comes from memory

double apiCpu(const PopDemand& d) {
    return (d.apiPerSecond - d.pollsPerSecond) * kApiCpu + d.pollsPerSecond * kPollCpu;
}
double audioCpu(const PopDemand& d) {
    return d.audioPerSecond * kAudioCpu;
}
/// API requests that reach the application, and everything else.
double apiCpu(const Work& w) {
    return apiCpu(w.demand) + w.extraApi * kApiCpu;
}
double otherCpu(const Work& w) {
    return audioCpu(w.demand) + w.fetches * kMissCpu + w.turnedAway * kTurnedAwayCpu;
}
double diskBits(const Work& w) {
    return kReadFromDisk * w.demand.egressBitsPerSecond + w.bitsFilled;
}

/// Each resource's use, in units of its knee.
std::array<std::pair<std::string_view, double>, 5> fullness(const Load& load) {
    return {{{"CPU", load.cpu / kKnee},
             {"network cards", load.nic / kNicKnee},
             {"uplink", load.uplink / kNicKnee},
             {"connections", load.connections / kKnee},
             {"disks", load.disk / kKnee}}};
}

} // namespace

std::string_view tightestOf(const Load& load) {
    const auto all = fullness(load);
    return std::ranges::max_element(all, {}, [](const auto& resource) { return resource.second; })->first;
}

double connectionsOf(const PopDemand& demand) {
    return 1.4 * demand.listeners + demand.waiting;
}

double cpuSecondsOf(const PopDemand& demand) {
    return apiCpu(demand) + audioCpu(demand);
}

double cpuSecondsOf(const Work& work) {
    return apiCpu(work) + otherCpu(work);
}

PopLoad::PopLoad(const Capacity& capacity) : m_capacity(capacity), m_queue(kMostBacklogSeconds) {}

Load PopLoad::step(const Work& work, double admissionLimit, double alive, double grown) {
    Load load;
    if (alive <= 0) return load;
    alive *= grown;
    const double cores = m_capacity.cores * alive;
    const double api = apiCpu(work) / cores;
    const double other = otherCpu(work) / cores;
    // The door first: it refuses API requests so that the rest stays below the limit; audio is never refused.
    const double admitted = admissionLimit < 1 ? std::clamp(admissionLimit - other, 0.0, api) : api;
    load.limited = api > 0 ? 1 - admitted / api : 0;
    load.cpu = admitted + other;
    const auto queue = m_queue.step(load.cpu);
    load.backlogSeconds = queue.backlogSeconds;
    load.overflowed = queue.refused;

    load.nic = work.demand.egressBitsPerSecond / (m_capacity.nicBitsPerSecond * alive);
    load.uplink = work.demand.egressBitsPerSecond / (m_capacity.uplinkBitsPerSecond * grown);
    load.connections = connectionsOf(work.demand) / (m_capacity.connections * alive);
    load.disk = diskBits(work) / (m_capacity.diskBitsPerSecond * alive);
    for (const auto& resource : fullness(load))
        load.saturation = std::max(load.saturation, resource.second);

    load.hitSeconds = kServiceSeconds * (1 + waitOverService(load.cpu, kCoresPerNode)) + load.backlogSeconds;
    const double balancer = std::min(kBalancerMost, kBalancerOverCpu * (api + other));
    load.balancerSeconds = kBalancerSeconds / (1 - balancer);
    return load;
}

} // namespace surgescope::feeds::sim
