// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/load.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgescope::feeds::sim {
namespace {

constexpr double kApiCpuSeconds = 1e-3;
constexpr double kPollCpuSeconds = 0.25e-3; // answered from the cache
constexpr double kAudioCpuSeconds = 0.25e-3;
constexpr double kMissCpuSeconds = 0.6e-3;
constexpr double kCpuAtPeak = 0.42;
constexpr double kNicAtPeak = 0.40;
constexpr double kCpuKnee = 0.80;
constexpr double kNicKnee = 0.85;
constexpr double kCoresPerNode = 8;

double cpuSeconds(const PopDemand& d, double misses) {
    return (d.apiPerSecond - d.pollsPerSecond + d.botsPerSecond) * kApiCpuSeconds +
           d.pollsPerSecond * kPollCpuSeconds + d.audioPerSecond * kAudioCpuSeconds +
           misses * kMissCpuSeconds;
}

/// Wait over service time of M/M/c, by Sakasegawa (1977), and a bounded backlog beyond saturation.
double waitOverService(double busy) {
    constexpr double kBacklog = 40;
    if (busy >= 0.995) return kBacklog;
    return std::min(kBacklog,
                    std::pow(busy, std::sqrt(2 * (kCoresPerNode + 1)) - 1) / (kCoresPerNode * (1 - busy)));
}

} // namespace

Capacity Capacity::plannedFor(const PopDemand& dailyPeak) {
    return {cpuSeconds(dailyPeak, 0.07 * dailyPeak.audioPerSecond) / kCpuAtPeak,
            dailyPeak.egressBitsPerSecond / kNicAtPeak};
}

Load loadOf(const PopDemand& demand, double misses, const Capacity& capacity, double fetchSeconds) {
    Load load;
    load.cpu = cpuSeconds(demand, misses) / capacity.cores;
    load.nic = demand.egressBitsPerSecond / capacity.egressBitsPerSecond;
    load.saturation = std::max(load.cpu / kCpuKnee, load.nic / kNicKnee);
    const double serviceUs = 700;
    load.hitTtfbUs = serviceUs * (1 + waitOverService(load.cpu));
    load.missTtfbUs = load.hitTtfbUs + fetchSeconds * 1e6;
    // The balancer runs at 22 % at the PoP's daily peak, when the PoP's CPU runs at 42 %.
    const double balancer = std::min(0.95, 0.22 * load.cpu / kCpuAtPeak);
    load.lbUs = 60 / (1 - balancer);
    return load;
}

double roundTripSeconds(const Pop& a, const Pop& b) {
    const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
    const double cosine = std::sin(radians(a.latitude)) * std::sin(radians(b.latitude)) +
                          std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) *
                              std::cos(radians(a.longitude - b.longitude));
    const double km = 6371 * std::acos(std::clamp(cosine, -1.0, 1.0));
    return 0.5e-3 + 2 * km * 1.4 / 200e3;
}

} // namespace surgescope::feeds::sim
