// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/pop_second.h"

#include "feeds/sim/random.h"
#include "feeds/sim/spread.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

constexpr std::uint64_t kApiBytes = 1'500; // an answer's
constexpr double kRequestsPerConnection = 12;
constexpr double kNotModified = 0.02;
constexpr double kClientErrors = 0.004;
constexpr double kServerErrors = 2e-5;
constexpr double kJitter = 0.06; // of a PoP's latencies from second to second

// How far single requests are from the median: sigma of a log-normal.
constexpr double kHitSpread = 0.55;
constexpr double kWaitSpread = 0.5;
constexpr double kFetchSpread = 0.35;
constexpr double kBalancerSpread = 0.65; // p99 is 4.6 times the median
constexpr double kMetadataSpread = 0.08;
constexpr double kLagSpread = 0.18;
constexpr double kSameLag = 0.02;

constexpr double kUs = 1e6;

std::uint64_t whole(double value) {
    return static_cast<std::uint64_t>(std::llround(std::max(0.0, value)));
}

} // namespace

void PopSecond::addLag(double us, std::uint64_t count) {
    if (count == 0) return;
    for (auto& lag : lags)
        if (std::fabs(lag.us - us) < kSameLag * us) {
            lag.count += count;
            return;
        }
    lags.push_back({us, count});
}

void report(const PopSecond& s, PopIndex pop, const NodeFleet& fleet, std::uint64_t key, PopTotals& totals) {
    totals.clear();
    totals.setMeasured(kSimulated);
    std::uint64_t draws = 0;
    const auto draw = [&](double mean) { return poisson(mean, mix(key + ++draws)); };
    const auto count = [&](Counter counter, double mean) { return totals[counter] = draw(mean); };
    const auto take = [&](std::uint64_t& from, double mean) {
        const auto taken = std::min(from, draw(mean));
        from -= taken;
        return taken;
    };
    const auto jitter = [&] { return std::max(0.5, 1 + kJitter * normal(mix(key + ++draws))); };
    const double nodes = static_cast<double>(fleet.up(pop));
    const auto integral = [&](Counter counter, double perNode) { totals[counter] = whole(perNode * nodes); };

    // Requests. What is counted apart is taken out of the whole, so that the parts never exceed it.
    const double api = s.served.apiPerSecond + s.abuse.bots + s.retries;
    const double audio = s.served.audioPerSecond * (1 - s.link.stalled) + s.audioRetries;
    totals[Counter::node_seconds] = fleet.up(pop);
    const auto apiCount = count(Counter::api_requests, api);
    const auto audioCount = std::max(draw(audio), s.spilledIn - std::min(s.spilledIn, apiCount));
    const auto requests = totals[Counter::requests] = apiCount + audioCount;
    totals[Counter::retries] = std::min(apiCount, draw(s.retries));
    totals[Counter::spilled_in] = s.spilledIn;
    totals[Counter::spilled_out] = s.spilledOut;
    totals[Counter::spill_unplaced] = std::min(requests, draw(s.unplaced));

    // Caches.
    auto audioLeft = audioCount;
    const auto unfetched = take(audioLeft, s.failedFetches);
    const auto misses = take(audioLeft, s.audioMisses);
    auto apiLeft = apiCount;
    const auto apiMisses = take(apiLeft, s.apiMisses);
    const auto apiHits = take(apiLeft, s.apiHits);
    auto waiting = audioLeft;
    const auto delayed = take(waiting, s.delayedHits);
    auto apiWaiting = apiHits;
    const auto delayedApi = take(apiWaiting, s.delayedApi);
    totals[Counter::cache_misses] = unfetched + misses + apiMisses;
    const auto hits = totals[Counter::cache_hits] = audioLeft + apiHits;
    totals[Counter::collapsed] = delayed + delayedApi;
    const auto fetches = totals[Counter::shield_fetches] = misses + unfetched + draw(s.pushed);
    const auto throughOrigin = std::min(misses, whole(s.originShare * static_cast<double>(misses)));
    totals[Counter::origin_fetches] =
        std::min(fetches, whole(s.originShare * static_cast<double>(fetches - unfetched)) +
                              std::min(unfetched, draw(s.failedAtOrigin)));
    const double answered =
        audioCount > 0 ? 1 - static_cast<double>(unfetched) / static_cast<double>(audioCount) : 1;
    totals[Counter::bytes_out] =
        whole(s.served.egressBitsPerSecond / 8 * s.quality * s.link.sent * answered) + apiCount * kApiBytes;
    totals[Counter::bytes_fill] = whole(s.bitsFilled / 8);

    // People and machines.
    totals[Counter::bot_requests] = std::min(apiCount, draw(s.abuse.classified));
    totals[Counter::new_prefix_requests] = std::min(apiCount, draw(s.abuse.newPrefixes));
    auto inspected = apiCount;
    const auto malformed = totals[Counter::malformed] = take(inspected, s.abuse.malformed);
    const auto blocked = totals[Counter::waf_blocked] = take(inspected, s.abuse.blocked);
    auto challenged = totals[Counter::waf_challenged] = take(inspected, s.abuse.challenged);
    totals[Counter::challenges_passed] = take(challenged, s.abuse.challengesPassed);

    // Connections and answers.
    const auto accepted = count(Counter::connections_accepted, api / kRequestsPerConnection);
    totals[Counter::connections_rejected] =
        std::min(accepted, draw(s.load.overflowed * api / kRequestsPerConnection));
    const auto listeners = draw(s.served.listeners);
    totals[Counter::stream_seconds] = whole(static_cast<double>(listeners) * (1 - s.link.stalled));
    totals[Counter::connection_seconds] = listeners + draw(connectionsOf(s.served) - s.served.listeners);
    auto left = requests - unfetched - blocked - malformed;
    const auto limited = take(left, s.load.limited * api);
    const auto overflowed = take(left, s.load.overflowed * api);
    const auto shed = take(left, s.service.shedShare * (s.apiMisses + s.retries));
    const auto unanswered = take(left, s.link.failed * static_cast<double>(requests));
    totals[Counter::overload_errors] = limited + overflowed + shed + unfetched + unanswered;
    const auto serverErrors = take(left, kServerErrors * static_cast<double>(requests));
    totals[Counter::status_5xx] = overflowed + shed + unfetched + unanswered + serverErrors;
    const auto clientErrors =
        take(left, kClientErrors * static_cast<double>(requests) + s.abuse.logins + s.abuse.scans);
    totals[Counter::status_4xx] = blocked + malformed + limited + clientErrors;
    totals[Counter::status_3xx] = take(left, kNotModified * static_cast<double>(requests));
    totals[Counter::status_2xx] = left;

    // How full.
    integral(Counter::saturation_permille_seconds, s.load.saturation * 1'000);
    integral(Counter::cpu_permille_seconds, std::min(1.0, s.load.cpu) * 1'000);
    integral(Counter::nic_permille_seconds, std::min(1.0, s.load.nic) * 1'000);
    integral(Counter::disk_permille_seconds, std::min(1.0, s.load.disk) * 1'000);
    integral(Counter::memory_permille_seconds, fleet.memoryPermille(pop));
    integral(Counter::backlog_us_seconds, s.load.backlogSeconds * kUs);
    totals.saturation = fleet.saturation(pop, s.load.saturation);

    // Invalidation.
    totals[Counter::inv_received] = whole(s.received);
    for (const auto& group : s.nodes.groups) {
        totals[Counter::inv_applied] += group.applied;
        totals[Counter::inv_pending_seconds] += group.pending;
    }
    totals[Counter::inv_missing_seconds] = std::min(totals[Counter::inv_pending_seconds], whole(s.missing));
    totals[Counter::stale_served] = std::min(hits, draw(s.staleShare * s.apiHits + s.staleAudio));
    const double lagJitter = jitter();
    for (const auto& lag : s.lags)
        spread(totals[Distribution::invalidation_lag], lag.us * lagJitter, kLagSpread, lag.count);

    // Latencies. What the metadata service answers is in its own distribution, not in that of first bytes.
    const double hitUs = (s.load.hitSeconds * jitter() + s.link.delaySeconds) * kUs;
    spread(totals[Distribution::ttfb_hit], hitUs, kHitSpread, hits - delayed - delayedApi);
    spread(totals[Distribution::ttfb_hit], hitUs + s.waitSeconds * kUs, kWaitSpread, delayed);
    const double fetchJitter = jitter();
    spread(totals[Distribution::ttfb_miss], hitUs + s.shieldSeconds * fetchJitter * kUs, kFetchSpread,
           misses - throughOrigin);
    spread(totals[Distribution::ttfb_miss], hitUs + s.originSeconds * fetchJitter * kUs, kFetchSpread,
           throughOrigin);
    spread(totals[Distribution::lb_latency], s.load.balancerSeconds * kUs, kBalancerSpread, requests);
    const double answerUs = s.service.latencySeconds * s.serviceDistance * jitter() * kUs;
    spread(totals[Distribution::metadata_latency], answerUs, kMetadataSpread,
           whole((s.apiMisses + s.retries) * (1 - s.service.shedShare)));
    spread(totals[Distribution::metadata_latency], answerUs / 2, kWaitSpread, delayedApi);
    totals[Distribution::clock_offset].merge(fleet.clockOffsets(pop));
}

} // namespace surgescope::feeds::sim
