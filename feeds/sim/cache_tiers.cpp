// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/cache_tiers.h"

#include <algorithm>

namespace surgescope::feeds::sim {
namespace {

constexpr double kApiCacheable = 0.5;
constexpr double kApiHitRatio = 0.85;
constexpr double kHotKeys = 30'000;  // that API answers are cached under and people ask for
constexpr double kHotKeyShare = 0.1; // of the cacheable API requests that ask for those
constexpr double kHotKeyZipf = 0.8;
constexpr double kSegmentBits = 256e3 * 10;
constexpr double kReleaseSegmentBits = 600e3 * 10;

double allOrigins(const PopCatalogue& catalogue, const Provisioning& provisioning) {
    double perSecond = 0;
    for (std::size_t i = 0; i < catalogue.origins().size(); ++i)
        perSecond += provisioning.originPerSecond(i);
    return perSecond;
}

} // namespace

void EdgeCache::invalidate(double keys) {
    hotKeys.invalidate(keys / kHotKeys);
}

double EdgeCache::staleShare(double keysPending) {
    return kHotKeyShare * std::min(1.0, keysPending / kHotKeys);
}

CacheTiers::CacheTiers(const PopCatalogue& catalogue, const Provisioning& provisioning,
                       const Network& network, const Scenario& s, double prewarm)
    : m_network(network),
      m_edge(LruCache::of(Popularity::zipf(s.catalogueTracks, s.catalogueZipf), s.edgeTracks)),
      m_shieldHitRatio(m_edge.hitRatioBehind(static_cast<double>(catalogue.size()) /
                                                 static_cast<double>(network.shields().size()),
                                             s.shieldTracks)),
      m_segments(releaseSegments(s)),
      m_hotKeys(Popularity::grouped(Popularity::zipf(kHotKeys, kHotKeyZipf).groups, 2)),
      m_origin(allOrigins(catalogue, provisioning)), m_originAnswered(m_origin.step(0, true)) {
    for (const auto pop : network.shields())
        m_shields.push_back({pop, ColdFill(m_segments, 1 - prewarm)});
}

EdgeCache CacheTiers::newEdge(double prewarm) const {
    return {ColdFill(m_segments, 1 - prewarm), ColdFill(m_hotKeys, 0)};
}

double CacheTiers::usualApiMisses(const PopDemand& people, double machines) {
    return kApiCacheable * (1 - kApiHitRatio) * (people.apiPerSecond - people.pollsPerSecond + machines);
}

void CacheTiers::beginSecond(double prewarm) {
    m_cold = 1 - prewarm;
    for (auto& shield : m_shields)
        shield.catalogueMisses = shield.releaseRequests = shield.releaseFetches = 0;
}

void CacheTiers::fill(EdgeCache& edge, PopIndex pop, std::size_t shieldNumber, PopSecond& s) {
    auto& shield = m_shields[shieldNumber];
    const double toShield = m_network.roundTrip(pop, shield.pop);
    const double throughShield = toShield + m_network.toOrigin(shield.pop) + m_originAnswered.seconds;
    const double failing = m_originAnswered.failing;

    const double releaseRequests = s.served.releaseAudioPerSecond;
    const double catalogueRequests = s.served.audioPerSecond - releaseRequests;
    const double catalogueMisses = (1 - m_edge.hitRatio) * catalogueRequests;
    const double fetchSeconds = toShield + shield.originShare * (throughShield - toShield);
    const auto filled = edge.release.step(releaseRequests, fetchSeconds, failing * shield.originShare);
    s.pushed = edge.release.push(m_cold);
    const double failedCatalogue = catalogueMisses * (1 - m_shieldHitRatio) * failing;
    const auto& a = s.abuse;
    const double api = kApiCacheable * std::max(0.0, s.served.apiPerSecond - s.served.pollsPerSecond -
                                                         a.peopleTurnedAway + a.botsPassed);
    const auto keys = edge.hotKeys.step(kHotKeyShare * kApiHitRatio * api, 0);

    s.audioMisses = catalogueMisses - failedCatalogue + filled.fetches;
    s.delayedHits = filled.delayedHits;
    s.waitSeconds = fetchSeconds / 2;
    s.failedFetches = failedCatalogue + filled.failed;
    s.apiMisses = (1 - kApiHitRatio) * api + keys.fetches;
    s.apiHits = kApiHitRatio * api - keys.fetches;
    s.shieldSeconds = toShield;
    s.originSeconds = throughShield;
    const double wanted = catalogueMisses * (1 - m_shieldHitRatio) + filled.fetches * shield.originShare;
    s.originShare = s.audioMisses > 0 ? std::clamp((wanted - failedCatalogue) / s.audioMisses, 0.0, 1.0) : 0;
    s.bitsFilled = catalogueMisses * kSegmentBits + (filled.fetches + s.pushed) * kReleaseSegmentBits;

    shield.catalogueMisses += catalogueMisses;
    shield.releaseRequests += releaseRequests;
    shield.releaseFetches += filled.fetches;
}

void CacheTiers::endSecond(bool originReachable) {
    double originFetches = 0;
    for (auto& shield : m_shields) {
        // A shield lacks an object until the first of all its PoPs' people has asked for it.
        const double fetches =
            shield.release.step(shield.releaseRequests, 0, m_originAnswered.failing).fetches;
        shield.originShare = shield.releaseFetches > 0 ? std::min(1.0, fetches / shield.releaseFetches)
                                                       : 1 - shield.release.warm();
        originFetches +=
            shield.catalogueMisses * (1 - m_shieldHitRatio) + fetches + shield.release.push(m_cold);
    }
    m_originAnswered = m_origin.step(originFetches, originReachable);
}

} // namespace surgescope::feeds::sim
