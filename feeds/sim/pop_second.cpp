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
constexpr double kMemoryBusy = 0.62; // a cache that is full
constexpr double kJitter = 0.06;     // of a PoP's latencies from second to second

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
    totals.setMeasured(FieldSet::all());
    std::uint64_t draws = 0;
    const auto draw = [&](double mean) { return poisson(mean, mix(key + ++draws)); };
    const auto count = [&](Counter counter, double mean) { return totals[counter] = draw(mean); };
    const auto jitter = [&] { return std::max(0.5, 1 + kJitter * normal(mix(key + ++draws))); };
    const double nodes = static_cast<double>(fleet.up(pop));
    const auto integral = [&](Counter counter, double perNode) { totals[counter] = whole(perNode * nodes); };

    // Requests.
    const double api = s.served.apiPerSecond + s.abuse.bots + s.retries;
    totals[Counter::node_seconds] = fleet.up(pop);
    const auto apiCount = count(Counter::api_requests, api);
    const auto audioCount = draw(s.served.audioPerSecond);
    const auto requests = totals[Counter::requests] = apiCount + audioCount;
    count(Counter::retries, s.retries);
    count(Counter::spilled_in, s.cameFrom * static_cast<double>(requests));
    count(Counter::spilled_out, s.wentTo);
    count(Counter::spill_unplaced, s.unplaced);

    // Caches.
    const double audioHits = s.served.audioPerSecond - s.audioMisses - s.failedFetches;
    const auto misses = draw(s.audioMisses);
    totals[Counter::cache_misses] = misses + draw(s.apiMisses);
    const auto delayed = draw(s.delayedHits);
    const auto hits = totals[Counter::cache_hits] = std::max(delayed, draw(audioHits + s.apiHits));
    totals[Counter::collapsed] = delayed;
    const auto fetches = totals[Counter::shield_fetches] = misses + draw(s.pushed);
    const auto throughOrigin = whole(s.originShare * static_cast<double>(misses));
    totals[Counter::origin_fetches] = whole(s.originShare * static_cast<double>(fetches));
    const double answered = s.served.audioPerSecond > 0 ? 1 - s.failedFetches / s.served.audioPerSecond : 1;
    totals[Counter::bytes_out] = whole(s.served.egressBitsPerSecond / 8 * answered) + apiCount * kApiBytes;
    totals[Counter::bytes_fill] = whole(s.bitsFilled / 8);

    // People and machines.
    count(Counter::bot_requests, s.abuse.bots);
    count(Counter::new_prefix_requests, s.abuse.newPrefixes);
    const auto blocked = count(Counter::waf_blocked, s.abuse.blocked);
    const auto challenged = count(Counter::waf_challenged, s.abuse.challenged);
    totals[Counter::challenges_passed] = std::min(challenged, draw(s.abuse.challengesPassed));
    const auto malformed = count(Counter::malformed, s.abuse.malformed);

    // Connections and answers.
    count(Counter::connections_accepted, api / kRequestsPerConnection);
    count(Counter::connections_rejected, s.load.overflowed * api / kRequestsPerConnection);
    count(Counter::connection_seconds, connectionsOf(s.served));
    count(Counter::stream_seconds, s.served.listeners);
    const auto limited = draw(s.load.limited * api);
    const auto overflowed = draw(s.load.overflowed * api);
    const auto shed = draw(s.service.shedShare * (s.apiMisses + s.retries));
    const auto unfetched = draw(s.failedFetches);
    totals[Counter::overload_errors] = limited + overflowed + shed + unfetched;
    totals[Counter::status_5xx] =
        overflowed + shed + unfetched + draw(kServerErrors * static_cast<double>(requests));
    totals[Counter::status_4xx] =
        blocked + malformed + limited + draw(kClientErrors * static_cast<double>(requests));
    totals[Counter::status_3xx] = std::min(requests, draw(kNotModified * static_cast<double>(requests)));
    const auto others =
        totals[Counter::status_3xx] + totals[Counter::status_4xx] + totals[Counter::status_5xx];
    totals[Counter::status_2xx] = requests > others ? requests - others : 0;

    // How full.
    integral(Counter::saturation_permille_seconds, s.load.saturation * 1'000);
    integral(Counter::cpu_permille_seconds, std::min(1.0, s.load.cpu) * 1'000);
    integral(Counter::nic_permille_seconds, std::min(1.0, s.load.nic) * 1'000);
    integral(Counter::disk_permille_seconds, std::min(1.0, s.load.disk) * 1'000);
    integral(Counter::memory_permille_seconds, kMemoryBusy * 1'000);
    integral(Counter::backlog_us_seconds, s.load.backlogSeconds * kUs);
    totals.saturation = fleet.saturation(pop, s.load.saturation);

    // Invalidation.
    totals[Counter::inv_received] = whole(s.received);
    for (const auto& group : s.nodes.groups) {
        totals[Counter::inv_applied] += group.applied;
        totals[Counter::inv_pending_seconds] += group.pending;
    }
    totals[Counter::inv_missing_seconds] = std::min(totals[Counter::inv_pending_seconds], whole(s.missing));
    count(Counter::stale_served, s.staleShare * s.apiHits);
    const double lagJitter = jitter();
    for (const auto& lag : s.lags)
        spread(totals[Distribution::invalidation_lag], lag.us * lagJitter, kLagSpread, lag.count);

    // Latencies. What the metadata service answers is in its own distribution, not in that of first bytes.
    const double hitUs = s.load.hitSeconds * jitter() * kUs;
    spread(totals[Distribution::ttfb_hit], hitUs, kHitSpread, hits - delayed);
    spread(totals[Distribution::ttfb_hit], hitUs + s.waitSeconds * kUs, kWaitSpread, delayed);
    const double fetchJitter = jitter();
    spread(totals[Distribution::ttfb_miss], hitUs + s.shieldSeconds * fetchJitter * kUs, kFetchSpread,
           misses - std::min(misses, throughOrigin));
    spread(totals[Distribution::ttfb_miss], hitUs + s.originSeconds * fetchJitter * kUs, kFetchSpread,
           std::min(misses, throughOrigin));
    spread(totals[Distribution::lb_latency], s.load.balancerSeconds * kUs, kBalancerSpread, requests);
    spread(totals[Distribution::metadata_latency], s.service.latencySeconds * jitter() * kUs, kMetadataSpread,
           whole((s.apiMisses + s.retries) * (1 - s.service.shedShare)));
    totals[Distribution::clock_offset].merge(fleet.clockOffsets(pop));
}

} // namespace surgescope::feeds::sim
