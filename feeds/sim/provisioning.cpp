// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/provisioning.h"

#include "feeds/sim/cache_tiers.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace surgescope::feeds::sim {
namespace {

// Planned by a usual evening's misses, at the edge and behind the shields.
constexpr double kEdgeMisses = 0.07;
constexpr double kOriginMisses = 0.02;
constexpr double kOriginHeadroom = 3;
constexpr double kMetadataBusyAtPeak = 0.65;
constexpr double kConnectionsOverCpu = 0.35 / 0.42; // use at the daily peak
constexpr double kDiskOverNic = 0.6;    // bit/s: what is read and written while the cards are full
constexpr double kCacheBytes = 56e12;   // of a PoP of the mean size: 4.6 M tracks, each on two nodes
constexpr double kSizeOfAudience = 0.9; // machines by audience to that power
constexpr double kSizeSpread = 0.5;     // sigma, log-normal
constexpr double kAlike = 0.5;          // correlation of CPU and network
constexpr double kMostUse = 0.62;       // at the daily peak: nobody leaves a PoP where a usual evening hurts
constexpr double kTightUplinks = 0.1;   // of the PoPs
constexpr double kTightUseLeast = 0.60, kTightUseMost = 0.72;
constexpr double kBitsOfGbit = 1e9;

enum ProvisioningDraw : std::uint64_t {
    cpuDraw,
    networkDraw,
    thresholdDraw,
    sizeDraw,
    tightDraw,
    tightUseDraw
};

/// A PoP's draws depend on its code alone: another PoP beside it changes nothing.
std::uint64_t seedOf(const std::string& code) {
    std::uint64_t bits = 0xedce;
    for (const char c : code)
        bits = mix(bits ^ static_cast<unsigned char>(c));
    return bits;
}

/// From 0 to 1, by a standard normal.
double evenly(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// Use at the daily peak: doubled at 40, 60 or 80 %, and so anywhere between half of that and that.
double sawtooth(double threshold, double since) {
    const double doubledAt = threshold < 0.25 ? 0.4 : threshold < 0.75 ? 0.6 : 0.8;
    return std::min(kMostUse, doubledAt / 2 * std::exp2(since));
}

double orPlanned(double told, double planned) {
    return told > 0 ? told : planned;
}

Capacity capacityOf(const Pop& pop, const Work& peak, double audienceOverMean) {
    const auto seed = seedOf(pop.code);
    const auto z = [&](ProvisioningDraw draw, std::uint64_t which) {
        return normal(hash(seed, draw, which));
    };
    const auto use = [&](ProvisioningDraw draw) {
        // What CPU and network have in common is drawn as the CPU's.
        const auto drawn = [&](std::uint64_t which) {
            const double common = z(cpuDraw, which);
            return evenly(
                draw == cpuDraw ? common : kAlike * common + std::sqrt(1 - kAlike * kAlike) * z(draw, which));
        };
        return sawtooth(drawn(0), drawn(1));
    };
    const double cpuUse = use(cpuDraw);
    const double nicUse = use(networkDraw);
    const double egress = peak.demand.egressBitsPerSecond;
    const double size = std::pow(audienceOverMean, kSizeOfAudience) * std::exp(kSizeSpread * z(sizeDraw, 0));

    const auto nodes = static_cast<double>(pop.expectedNodes);
    Capacity c;
    c.cores = orPlanned(nodes * pop.node.cores, cpuSecondsOf(peak) / cpuUse);
    c.nicBitsPerSecond = orPlanned(nodes * pop.node.gbitPerSecond * kBitsOfGbit, egress / nicUse);
    c.connections =
        orPlanned(nodes * pop.node.connections, connectionsOf(peak.demand) / (cpuUse * kConnectionsOverCpu));
    c.cacheBytes = orPlanned(nodes * pop.node.cacheBytes, kCacheBytes * std::sqrt(size));
    c.diskBitsPerSecond = kDiskOverNic * c.nicBitsPerSecond;
    c.uplinkBitsPerSecond = c.nicBitsPerSecond;
    if (pop.uplinkGbitPerSecond > 0)
        c.uplinkBitsPerSecond = pop.uplinkGbitPerSecond * kBitsOfGbit;
    else if (pop.node.gbitPerSecond <= 0 && uniform(hash(seed, tightDraw)) < kTightUplinks)
        c.uplinkBitsPerSecond =
            std::min(c.nicBitsPerSecond,
                     egress / std::lerp(kTightUseLeast, kTightUseMost, uniform(hash(seed, tightUseDraw))));
    return c;
}

} // namespace

Work Provisioning::usualWork(const PopDemand& people) {
    Work work{people};
    work.extraApi = Scenario().bots * people.apiPerSecond;
    work.fetches = kEdgeMisses * people.audioPerSecond;
    return work;
}

Provisioning::Provisioning(const PopCatalogue& catalogue) : m_metadata(catalogue.size()) {
    Scenario usual;
    usual.meanListeners = catalogue.listeners();
    const Demand demand(catalogue, usual, 0);
    const auto shares = audienceShares(catalogue);
    double originFetches = 0;
    for (std::size_t p = 0; p < catalogue.size(); ++p) {
        const PopIndex pop(p);
        const auto peak = usualWork(demand.dailyPeak(pop));
        const double overMean = shares[p] * static_cast<double>(catalogue.size());
        m_capacities.push_back(capacityOf(catalogue[pop], peak, overMean));
        const auto shield = catalogue.find(catalogue[pop].shield).value_or(pop);
        m_metadata[shield.value] +=
            CacheTiers::usualApiMisses(peak.demand, peak.extraApi) / kMetadataBusyAtPeak;
        originFetches += kOriginMisses * peak.demand.audioPerSecond;
    }
    const auto& origins = catalogue.origins();
    for (const auto& origin : origins)
        m_origins.push_back(orPlanned(origin.requestsPerSecond,
                                      kOriginHeadroom * originFetches / static_cast<double>(origins.size())));
}

} // namespace surgescope::feeds::sim
