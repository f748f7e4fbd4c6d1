// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/cache_tiers.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

constexpr double kApiCacheable = 0.5;
constexpr double kApiHitRatio = 0.85;
constexpr double kHotKeys = 30'000;  // that API answers are cached under and people ask for
constexpr double kHotKeyShare = 0.1; // of the cacheable API requests that ask for those
constexpr double kHotKeyZipf = 0.8;
constexpr double kPages = 16;      // and their languages and sizes, that show the release, each API answer
constexpr double kPageSeconds = 5; // until an edge asks for one again
constexpr double kFreshSeconds = 86'400; // until a copy of a track has expired
constexpr double kCopies = 2;            // nodes of a PoP that keep each object
constexpr double kRevalidation = 0.1;    // of a segment's bits: most copies that have expired are still right
constexpr double kStaleIfError = 0.7;    // of what has expired, that may be served when it cannot be fetched
constexpr double kTryAgainSeconds = 8;
constexpr double kAttempts = 7; // of a player

double allOrigins(const PopCatalogue& catalogue, const Provisioning& provisioning) {
    double perSecond = 0;
    for (std::size_t i = 0; i < catalogue.origins().size(); ++i)
        perSecond += provisioning.originPerSecond(i);
    return perSecond;
}

} // namespace

double RetryingPlayers::again() const {
    return m_waiting * -std::expm1(-1 / kTryAgainSeconds);
}

void RetryingPlayers::failed(double again, double others) {
    m_waiting += others + again * (1 - 1 / kAttempts) - this->again();
}

void EdgeCache::invalidate(double keys) {
    hotKeys.invalidate(keys / kHotKeys);
}

double EdgeCache::staleShare(double keysPending) {
    return kHotKeyShare * std::min(1.0, keysPending / kHotKeys);
}

CacheTiers::CacheTiers(const PopCatalogue& catalogue, const Provisioning& provisioning,
                       const Network& network, const Demand& demand, const Scenario& s, double prewarm)
    : m_network(network), m_segmentBits(s.bitrateKbit * 1e3 * kSegmentSeconds),
      m_releaseSegmentBits(s.releaseBitrateKbit * 1e3 * kSegmentSeconds), m_edges(catalogue.size()),
      m_segments(releaseSegments(s)), m_pages{{{kPages * s.allAlbums(), 1 / (kPages * s.allAlbums())}}},
      m_hotKeys(Popularity::grouped(Popularity::zipf(kHotKeys, kHotKeyZipf).groups, 2)),
      m_origin(allOrigins(catalogue, provisioning)), m_originAnswered(m_origin.step(0, true)) {
    const auto tracks = Popularity::grouped(Popularity::zipf(s.catalogueTracks, s.catalogueZipf).groups, 4);
    const auto room = [&](PopIndex pop) {
        const double trackBytes = kTrackSeconds * s.bitrateKbit * 1e3 / 8;
        return std::clamp(provisioning.capacity(pop).cacheBytes / kCopies / trackBytes, 1.0,
                          s.catalogueTracks);
    };
    std::vector<double> roomBehind(network.shields().size(), 0.0);
    std::vector<double> popsBehind(network.shields().size(), 0.0);
    for (std::size_t p = 0; p < catalogue.size(); ++p) {
        const PopIndex pop(p);
        const auto cache = LruCache::of(tracks, room(pop));
        const double lifetime = kFreshSeconds * demand.dailyPeak(pop).audioPerSecond;
        m_edges[p] = {1 - cache.hitRatio, cache.expired(tracks, lifetime)};
        const auto shield = network.shieldNumber(network.shieldOf(pop, [](PopIndex) { return false; }));
        roomBehind[shield] += room(pop);
        popsBehind[shield] += 1;
    }
    for (std::size_t i = 0; i < network.shields().size(); ++i) {
        const auto pop = network.shields()[i];
        const double hitRatio =
            LruCache::of(tracks, roomBehind[i] / popsBehind[i]).hitRatioBehind(popsBehind[i], room(pop));
        m_shields.push_back({pop, hitRatio, ColdFill(m_segments, 1 - prewarm)});
    }
}

EdgeCache CacheTiers::newEdge(double prewarm) const {
    return {ColdFill(m_segments, 1 - prewarm), ColdFill(m_pages, 0), ColdFill(m_hotKeys, 0)};
}

double CacheTiers::usualApiMisses(const PopDemand& people, double machines) {
    return kApiCacheable * (1 - kApiHitRatio) * (people.apiPerSecond - people.pollsPerSecond + machines);
}

void CacheTiers::invalidate(double share) {
    for (auto& shield : m_shields)
        shield.release.invalidate(share);
}

void CacheTiers::beginSecond(double prewarm, bool newPages) {
    m_cold = 1 - prewarm;
    m_newPages = newPages;
    m_direct = 0;
    for (auto& shield : m_shields)
        shield.catalogueMisses = shield.releaseRequests = shield.releaseFetches = 0;
}

void CacheTiers::fill(EdgeCache& edge, PopIndex pop, const Way& way, PopSecond& s) {
    s.audioRetries = s.audioMisses = s.failedFetches = s.bitsFilled = 0;
    fillCatalogue(edge.retryingCatalogue, pop, way, s);
    fillRelease(edge, pop, way, s);
    fillApi(edge, s);
    s.failedAtOrigin = m_originAnswered.asked && !way.lost ? s.failedFetches : 0;
}

void CacheTiers::fillCatalogue(RetryingPlayers& players, PopIndex pop, const Way& way, PopSecond& s) {
    auto& shield = m_shields[way.shield];
    const double requests = s.served.audioPerSecond - s.served.releaseAudioPerSecond;
    const double again = players.again(); // none of the caches had it, so the origin must
    const double misses = m_edges[pop.value].misses * requests;
    const double expired = m_edges[pop.value].expired * requests;
    const double toOrigin = way.direct + (1 - way.direct) * (1 - shield.hitRatio);
    const double failing = way.lost ? 1 : m_originAnswered.failing;
    const double failingHere = way.lost ? 1 : toOrigin * failing;
    s.staleAudio = kStaleIfError * expired * failingHere;
    const double failed = (misses + expired) * failingHere - s.staleAudio;
    players.failed(again * failing, failed);

    s.audioRetries += again;
    s.audioMisses += misses + expired - s.staleAudio - failed + again * (1 - failing);
    s.failedFetches += failed + again * failing;
    s.wantedOfOrigin = (misses + expired) * (toOrigin - failingHere) + again * (1 - failing);
    s.bitsFilled += (misses + kRevalidation * expired) * (1 - failingHere) * m_segmentBits;
    // What a shield sends on it asks for whether the origin answers or not.
    const double asked = way.lost ? 0 : misses + expired;
    shield.catalogueMisses += (1 - way.direct) * asked;
    m_direct += way.direct * asked + (way.lost ? 0 : again);
}

void CacheTiers::fillRelease(EdgeCache& edge, PopIndex pop, const Way& way, PopSecond& s) {
    auto& shield = m_shields[way.shield];
    s.shieldSeconds = m_network.roundTrip(pop, shield.pop);
    const double throughShield = s.shieldSeconds + m_network.toOrigin(shield.pop) + m_originAnswered.seconds;
    s.originSeconds =
        way.direct * (m_network.toOrigin(pop) + m_originAnswered.seconds) + (1 - way.direct) * throughShield;
    const double originShare = way.direct + (1 - way.direct) * shield.originShare;
    const double fetchSeconds = s.shieldSeconds + originShare * (s.originSeconds - s.shieldSeconds);

    auto& players = edge.retryingRelease;
    const double again = players.again();
    const double requests = s.served.releaseAudioPerSecond + again;
    const double failing = way.lost ? 1 : m_originAnswered.failing;
    const auto filled = edge.release.step(requests, fetchSeconds,
                                          {failing, way.lost ? nullptr : &shield.release, way.direct});
    s.pushed = way.lost ? 0 : edge.release.push(m_cold);
    const double failedAgain = requests > 0 ? filled.failed * again / requests : 0;
    players.failed(failedAgain, filled.failed - failedAgain);

    s.audioRetries += again;
    s.audioMisses += filled.fetches;
    s.delayedHits = filled.delayedHits;
    s.waitSeconds = fetchSeconds / 2;
    s.failedFetches += filled.failed;
    s.wantedOfOrigin += filled.fetches * originShare;
    s.originShare = s.audioMisses > 0 ? std::clamp(s.wantedOfOrigin / s.audioMisses, 0.0, 1.0) : 0;
    s.bitsFilled += (filled.fetches + s.pushed) * m_releaseSegmentBits;
    shield.releaseRequests += way.lost ? 0 : (1 - way.direct) * requests;
    shield.releaseFetches += (1 - way.direct) * filled.fetches;
    m_direct += way.direct * filled.fetches;
}

void CacheTiers::fillApi(EdgeCache& edge, PopSecond& s) {
    const auto& a = s.abuse;
    // What the door or a full queue has refused asks for nothing here; it decides by the second before.
    const double letIn = std::max(0.0, 1 - s.load.limited - s.load.overflowed);
    const double api = letIn * kApiCacheable *
                       std::max(0.0, s.served.apiPerSecond - s.served.pollsPerSecond - a.peopleTurnedAway +
                                         a.botsPassed - a.logins - a.scans);
    const double answerSeconds = s.service.latencySeconds;
    const auto keys = edge.hotKeys.step(kHotKeyShare * kApiHitRatio * api, answerSeconds);
    edge.pages.invalidate(m_newPages ? 1 : 1 / kPageSeconds);
    const double polls = letIn * s.served.pollsPerSecond;
    const auto pages = edge.pages.step(polls, answerSeconds);
    s.delayedApi = keys.delayedHits + pages.delayedHits;
    s.apiMisses = (1 - kApiHitRatio) * api + keys.fetches + pages.fetches + letIn * a.logins;
    s.apiHits = kApiHitRatio * api - keys.fetches + polls - pages.fetches;
}

void CacheTiers::endSecond(bool originReachable) {
    double originFetches = m_direct;
    for (auto& shield : m_shields) {
        // A shield lacks an object until the first of all its PoPs' people has asked for it.
        const double fetches =
            shield.release.step(shield.releaseRequests, 0, {m_originAnswered.failing}).fetches;
        shield.originShare = shield.releaseFetches > 0 ? std::min(1.0, fetches / shield.releaseFetches)
                                                       : 1 - shield.release.warm();
        originFetches += shield.catalogueMisses * (1 - shield.hitRatio) + fetches +
                         (m_originAnswered.failing < 1 ? shield.release.push(m_cold) : 0);
    }
    m_originAnswered = m_origin.step(originFetches, originReachable);
}

} // namespace surgescope::feeds::sim
