// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/simulator.h"

#include "feeds/sim/cold_fill.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/invalidation.h"
#include "feeds/sim/load.h"
#include "feeds/sim/metadata.h"
#include "feeds/sim/node_fleet.h"
#include "feeds/sim/random.h"
#include "feeds/sim/spread.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace surgescope::feeds::sim {
namespace {

constexpr double kAudioHitRatio = 0.93;
constexpr double kApiCacheable = 0.5;
constexpr double kApiHitRatio = 0.85;
constexpr double kInvalidatedApiShare =
    0.08; // of cacheable API answers, while a burst of invalidations lasts
constexpr double kOriginSeconds = 0.025;
constexpr double kMulticastLoss = 0.002; // of purge messages on a quiet network
constexpr double kLossySeconds = 120;    // how long the release keeps it busy

double normalBelow(double z) {
    return 0.5 * std::erfc(-z / 1.4142135623730951);
}

/// What a PoP is besides its demand.
struct Site {
    PopIndex pop;
    std::string shield;
    Capacity capacity;
    ColdFill fill;
    ApplyQueue invalidations;
    double fetchSeconds; // from the shield, or through it from the origin
    double purgeSeconds; // one way from where purges are issued
    Load load;
};

} // namespace

struct Simulator::Model {
    const PopCatalogue& catalogue;
    Scenario scenario;
    std::uint64_t seed;
    Demand demand;
    NodeFleet fleet;
    std::vector<Site> sites;
    std::map<std::string, MetadataService> metadata; // by shield
    std::map<std::string, double> metadataRequests;
    FeedSecond now;
    std::vector<PopReport> reports;
    NodeColumns columns;
    Global global;
    std::vector<Event> events;
    double purgesIssued = 0;

    Model(const PopCatalogue& c, const Scenario& s, std::uint64_t nodes, std::uint64_t sd)
        : catalogue(c), scenario(s), seed(sd), demand(c, s), fleet(c, audienceShares(c), nodes, sd),
          now(s.start() - std::chrono::seconds(1)) {
        const auto& issuer = c[c.find("IAD").value_or(PopIndex{})];
        std::map<std::string, double> atPeak;
        for (std::size_t p = 0; p < c.size(); ++p) {
            const PopIndex pop(p);
            if (fleet.count(pop) == 0) continue;
            const auto peak = demand.dailyPeak(pop);
            const auto& shield = c[c.find(c[pop].shield).value_or(pop)];
            const double toShield = roundTripSeconds(c[pop], shield);
            sites.push_back({pop,
                             shield.code,
                             Capacity::plannedFor(peak),
                             ColdFill(s),
                             {},
                             toShield + 0.3 * roundTripSeconds(shield, issuer) + kOriginSeconds,
                             roundTripSeconds(c[pop], issuer) / 2 + 0.01,
                             {}});
            atPeak[shield.code] += serviceRequests(peak, 0);
        }
        for (const auto& [shield, requests] : atPeak)
            metadata.emplace(shield, MetadataService(requests));
        reports.resize(sites.size());
        global.scenario = s.name;
        global.rehearsal = true;
        global.releaseAtUs = static_cast<std::uint64_t>(unixSeconds(s.releaseAt)) * 1'000'000U;
    }

    static double serviceRequests(const PopDemand& d, double invalidated) {
        return kApiCacheable * (d.apiPerSecond - d.pollsPerSecond + d.botsPerSecond) *
               (1 - kApiHitRatio + kInvalidatedApiShare * invalidated);
    }

    void step();
    void report(std::size_t index, double t, const MetadataService::Step& service, double issued);
    void tell(EventKind kind, std::string text) {
        Event event;
        event.header.intervalEnd = now;
        event.kind = kind;
        event.text = std::move(text);
        events.push_back(std::move(event));
    }
};

void Simulator::Model::step() {
    now += std::chrono::seconds(1);
    const double t = static_cast<double>((now - scenario.releaseAt).count());
    demand.step(now);
    const double issued = invalidationsPerSecond(scenario, t);
    const double invalidated = t < 0 ? 0 : scenario.invalidationBurstPerSecond / 2'500 * std::exp(-t / 90);

    for (auto& [shield, requests] : metadataRequests)
        requests = 0;
    for (const auto& site : sites)
        metadataRequests[site.shield] += serviceRequests(demand.pops()[site.pop.value], invalidated);
    std::map<std::string, MetadataService::Step> service;
    for (auto& [shield, pool] : metadata)
        service[shield] = pool.step(metadataRequests[shield]);

    for (std::size_t i = 0; i < sites.size(); ++i)
        report(i, t, service[sites[i].shield], issued);

    purgesIssued += issued;
    global.header.intervalEnd = now;
    global.purgeHead = static_cast<std::uint64_t>(purgesIssued);
    double listeners = 0;
    for (const auto& site : sites)
        listeners += demand.pops()[site.pop.value].listeners;
    global.listeners = static_cast<std::uint64_t>(listeners);

    events.clear();
    if (t == 0)
        tell(EventKind::release,
             scenario.albums == 1 ? "album live" : std::to_string(scenario.albums) + " albums live");
    if (t == 1)
        tell(EventKind::purge, std::to_string(static_cast<int>(scenario.invalidationBurstPerSecond *
                                                               scenario.invalidationBurstSeconds)) +
                                   " keys invalidated");
    if (t == 30 && scenario.botShareInBurst > 0) tell(EventKind::note, "botnet joins the crowd");
}

void Simulator::Model::report(std::size_t index, double t, const MetadataService::Step& service,
                              double issued) {
    auto& site = sites[index];
    const auto& d = demand.pops()[site.pop.value];
    const auto nodes = fleet.count(site.pop);
    const double perPopNodes = static_cast<double>(nodes);
    const auto fill = site.fill.step(d.releaseAudioPerSecond, site.fetchSeconds);
    const double oldAudio = d.audioPerSecond - d.releaseAudioPerSecond;
    const double api = d.apiPerSecond + d.botsPerSecond;
    const double missRate =
        (1 - kAudioHitRatio) * oldAudio + fill.misses + kApiCacheable * (1 - kApiHitRatio) * api;
    site.load = loadOf(d, missRate, site.capacity, site.fetchSeconds);

    auto& message = reports[index];
    message.header.intervalEnd = now;
    message.pop = catalogue[site.pop].code;
    auto& totals = message.totals;
    totals.clear();
    totals.setMeasured(FieldSet::all());
    const auto key = hash(seed, 0x5e7705, site.pop.value, unixSeconds(now));
    std::uint64_t draw = 0;
    const auto count = [&](Counter counter, double mean) {
        return totals[counter] = poisson(mean, mix(key + ++draw));
    };

    totals[Counter::node_seconds] = nodes;
    const auto apiCount = count(Counter::api_requests, api);
    const auto audioCount = poisson(d.audioPerSecond, mix(key + ++draw));
    const auto requests = totals[Counter::requests] = apiCount + audioCount;
    const auto misses = count(Counter::cache_misses, missRate);
    const auto hits = count(Counter::cache_hits, kAudioHitRatio * oldAudio + d.releaseAudioPerSecond -
                                                     fill.misses + kApiCacheable * kApiHitRatio * api);
    count(Counter::collapsed, fill.delayedHits);
    count(Counter::shield_fetches, missRate);
    count(Counter::origin_fetches, 0.15 * missRate);
    totals[Counter::bytes_out] = static_cast<std::uint64_t>(d.egressBitsPerSecond / 8) + apiCount * 1'500;
    totals[Counter::bytes_fill] = static_cast<std::uint64_t>(missRate * 400e3);
    count(Counter::connections_accepted, api / 12);
    count(Counter::connections_rejected, api * std::max(0.0, site.load.cpu - 1.1) / 4);
    count(Counter::connection_seconds, d.listeners * 1.4);

    // Binormal ROC of the web application firewall; a crowd that refreshes looks more like machines.
    const double shift = 0.35 * std::log(std::max(1.0, site.load.saturation / 0.4));
    const double caught = normalBelow(3.2 - 2.6) * d.botsPerSecond;
    const double falselyCaught = normalBelow(shift - 2.6) * d.apiPerSecond;
    count(Counter::bot_requests, d.botsPerSecond);
    const auto blocked = count(Counter::waf_blocked, 0.5 * caught + falselyCaught);
    count(Counter::waf_challenged, 0.5 * caught);
    const auto malformed = count(Counter::malformed, 0.03 * d.botsPerSecond);

    const auto shed = count(Counter::overload_errors, service.shedShare * serviceRequests(d, 0));
    totals[Counter::status_5xx] = shed + poisson(2e-5 * static_cast<double>(requests), mix(key + ++draw));
    totals[Counter::status_4xx] =
        blocked + malformed + poisson(0.004 * static_cast<double>(requests), mix(key + ++draw));
    totals[Counter::status_3xx] =
        std::min(requests, poisson(0.02 * static_cast<double>(requests), mix(key + ++draw)));
    const auto others =
        totals[Counter::status_3xx] + totals[Counter::status_4xx] + totals[Counter::status_5xx];
    totals[Counter::status_2xx] = requests > others ? requests - others : 0;

    const auto queue = site.invalidations.step(issued, std::min(1.0, site.load.cpu));
    const auto applied = static_cast<std::uint64_t>(std::llround(queue.applied * perPopNodes));
    totals[Counter::inv_received] = static_cast<std::uint64_t>(std::llround(issued * perPopNodes));
    totals[Counter::inv_applied] = applied;
    totals[Counter::inv_pending_seconds] =
        static_cast<std::uint64_t>(std::llround(queue.pending * perPopNodes));
    count(Counter::stale_served, static_cast<double>(hits) * std::min(0.05, queue.pending / 2e6));
    const auto repaired = static_cast<std::uint64_t>(
        std::llround(static_cast<double>(applied) *
                     (t >= 0 && t < kLossySeconds ? scenario.multicastLoss : kMulticastLoss)));
    const double jitter = 1 + 0.06 * normal(mix(key + ++draw));
    const double lagUs = (site.purgeSeconds * jitter + queue.lagSeconds) * 1e6;
    spread(totals[Distribution::invalidation_lag], lagUs, 0.18, applied - repaired);
    spread(totals[Distribution::invalidation_lag], lagUs + 1e6, 0.18,
           repaired); // by the next anti-entropy round

    totals[Counter::saturation_permille_seconds] =
        static_cast<std::uint64_t>(site.load.saturation * 1000 * perPopNodes);
    totals[Counter::cpu_permille_seconds] =
        static_cast<std::uint64_t>(std::min(1.0, site.load.cpu) * 1000 * perPopNodes);
    totals[Counter::nic_permille_seconds] =
        static_cast<std::uint64_t>(std::min(1.0, site.load.nic) * 1000 * perPopNodes);
    totals[Counter::memory_permille_seconds] = static_cast<std::uint64_t>(620 * perPopNodes);
    totals.saturation = fleet.saturation(site.pop, site.load.saturation);

    spread(totals[Distribution::ttfb_hit], site.load.hitTtfbUs * jitter, 0.55, hits);
    spread(totals[Distribution::ttfb_miss], site.load.missTtfbUs * jitter, 0.35, misses);
    spread(totals[Distribution::lb_latency], site.load.lbUs, 0.5, requests);
    const double served = serviceRequests(d, t < 0 ? 0 : 0.5) * (1 - service.shedShare);
    spread(totals[Distribution::metadata_latency], service.latencySeconds * 1e6 * jitter, 0.08,
           static_cast<std::uint64_t>(served));
}

Simulator::Simulator(const PopCatalogue& catalogue, const Scenario& scenario, std::uint64_t nodes,
                     std::uint64_t seed)
    : m_model(std::make_unique<Model>(catalogue, scenario, std::max<std::uint64_t>(1, nodes), seed)) {}
Simulator::~Simulator() = default;

void Simulator::step() {
    m_model->step();
}
FeedSecond Simulator::now() const {
    return m_model->now;
}
std::vector<PopReport>& Simulator::reports() {
    return m_model->reports;
}
Global& Simulator::global() {
    return m_model->global;
}
std::vector<Event>& Simulator::events() {
    return m_model->events;
}

NodeColumns& Simulator::columns(std::size_t index) {
    auto& m = *m_model;
    const auto& site = m.sites[index];
    m.columns.header.intervalEnd = m.now;
    m.fleet.fill(site.pop, m.reports[index].totals, site.load.saturation, std::min(1.0, site.load.cpu),
                 std::min(1.0, site.load.nic), m.columns);
    return m.columns;
}

std::vector<Roster> Simulator::rosters() const {
    std::vector<Roster> rosters;
    for (const auto& site : m_model->sites)
        rosters.push_back(m_model->fleet.roster(site.pop));
    return rosters;
}

} // namespace surgescope::feeds::sim
