// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/simulator.h"

#include "feeds/sim/balancing.h"
#include "feeds/sim/cache_tiers.h"
#include "feeds/sim/ingest.h"
#include "feeds/sim/invalidation.h"
#include "feeds/sim/network.h"
#include "feeds/sim/outages.h"
#include "feeds/sim/provisioning.h"
#include "feeds/sim/random.h"
#include "feeds/sim/recommender.h"
#include "feeds/sim/site.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

constexpr double kBeforeSeconds = 3'600; // that the usual evening had gone on for, when it begins
constexpr double kCapacitySeconds = 30;  // until spare nodes and links serve
constexpr double kDirectWithoutShield = 0.5;
constexpr Fluctuation::Weights kRulesInCommon{0.3, 0, 0.2, 0, 0.5};
constexpr std::int64_t kRulesSeconds = 900;
constexpr double kRulesSigma = 0.5;         // of the logit of what is blocked at once
constexpr double kDistanceSigma = 0.2;      // of how well machines are told from people
constexpr double kAdapts = 0.3;             // of that, in ten minutes of a botnet's burst
constexpr double kMistakesSigma = 0.4;      // log-normal
constexpr double kPatienceSigma = 0.2;      // of metadata services, log-normal
constexpr double kDistanceOfService = 0.06; // log-normal
constexpr double kBotnetUneven = 0.5;       // sigma of how much the botnet likes a PoP

/// The metadata service of the PoPs behind one shield.
struct Region {
    MetadataService service;
    MetadataService::Step answered;
    // Of this second:
    double requests = 0; // fresh ones that reach it
    double clients = 0;  // API requests of its clients in all
};

/// How many of the scenario's levers were pulled before it begins: those have had their effect already.
std::size_t pulledBeforehand(const Scenario& s) {
    const auto first = std::ranges::find_if(
        s.levers, [&](const auto& lever) { return lever.at > -static_cast<double>(s.lead.count()); });
    return static_cast<std::size_t>(first - s.levers.begin());
}

Levers leversAtStart(const Scenario& s, const PopCatalogue& catalogue) {
    Levers levers;
    for (std::size_t i = 0; i < pulledBeforehand(s); ++i)
        (void)levers.pull(s.levers[i].setting, catalogue);
    return levers;
}

/// How much of the release could be pushed before the scenario begins.
double warmAtStart(Ingest& ingest, const Scenario& s, const Levers& levers) {
    ingest.step(-static_cast<double>(s.lead.count()), levers.encoders);
    return std::min(levers.prewarm, ingest.ready());
}

/// How well a PoP's firewall does there, whatever the hour.
Firewall firewallAt(std::uint64_t seed, PopIndex pop) {
    Firewall firewall;
    firewall.distance += kDistanceSigma * normal(hash(seed, 0xd157, pop.value));
    firewall.mistakes = std::exp(kMistakesSigma * normal(hash(seed, 0x31357, pop.value)));
    return firewall;
}

} // namespace

struct Simulator::Model {
    const PopCatalogue& catalogue;
    const Scenario scenario;
    const std::uint64_t seed;
    std::size_t scheduledDone; // of the scenario's levers
    Levers levers;
    std::vector<std::string> leversPulled; // to be told in the next second

    Provisioning provisioning;
    Network network;
    Demand demand;
    NodeFleet fleet;
    Balancing balancing;
    PurgeFanOut purges;
    Recommender recommender;
    LockIn lockIn;
    Ingest ingest;
    Fluctuation blocking; // how the firewall decides, in part by rules that all have in common
    CacheTiers caches;
    Outages outages;
    std::vector<Region> regions; // in the order of network.shields()
    std::vector<Site> sites;
    std::vector<std::size_t> siteOf; // by PopIndex; sites.size() for PoPs without nodes

    FeedSecond now;
    double t = 0; // s since T-0
    double purgesIssued = 0;
    double edgeCapacity; // over what there is, where the lever has brought it
    double record;
    std::vector<PopReport> reports;
    std::vector<std::size_t> reporting; // site of each report
    NodeColumns columns;
    Global global;
    std::vector<Event> events;

    Model(const PopCatalogue& c, const Scenario& s, std::uint64_t nodes, std::uint64_t sd);

    void step();
    void moveClients();
    void fillCaches();
    void loadSites();
    void askServices();
    void writeReports();
    void writeGlobal();
    void tell(EventKind kind, std::string text);
    void tellWhatHappens(double purgeBurst);
    std::size_t regionServing(const Site& site) const;
    CacheTiers::Way wayOf(const Site& site) const;
    Firewall firewallOf(const Site& site, double drift) const;
};

Simulator::Model::Model(const PopCatalogue& c, const Scenario& s, std::uint64_t nodes, std::uint64_t sd)
    : catalogue(c), scenario(s), seed(sd), scheduledDone(pulledBeforehand(s)), levers(leversAtStart(s, c)),
      provisioning(c), network(c), demand(c, s, sd),
      fleet(c, audienceShares(c), nodes, sd, s.nodeFailuresPerYear), balancing(network, s), purges(s, sd),
      ingest(s, hash(sd, 0x1b6e57)), blocking(c, hash(sd, 0xb10c), kRulesInCommon, kRulesSeconds),
      caches(c, provisioning, network, demand, s, warmAtStart(ingest, s, levers)),
      now(s.start() - std::chrono::seconds(1)), edgeCapacity(levers.edgeCapacity), record(s.recordListeners) {
    siteOf.assign(c.size(), c.size());
    double botnetSum = 0;
    for (std::size_t p = 0; p < c.size(); ++p) {
        const PopIndex pop(p);
        if (fleet.count(pop) == 0) continue;
        const auto peak = demand.dailyPeak(pop);
        const auto usual = Provisioning::usualWork(peak);
        const auto& capacity = provisioning.capacity(pop);
        const double weight = std::exp(kBotnetUneven * normal(hash(sd, 0xb07, p)));
        botnetSum += weight;
        siteOf[p] = sites.size();
        const double saturation = PopLoad(capacity).step(usual, 1, 1, levers.edgeCapacity).saturation;
        sites.push_back({.pop = pop,
                         .load = PopLoad(capacity),
                         .cache = caches.newEdge(std::min(levers.prewarm, ingest.ready())),
                         .saturationPerWork = saturation / cpuSecondsOf(peak),
                         .botnetWeight = weight,
                         .firewall = firewallAt(sd, pop),
                         .second = {}});
        sites.back().second.serviceDistance = std::exp(kDistanceOfService * normal(hash(sd, 0x5e7, p)));
    }
    for (auto& site : sites)
        site.botnetWeight *= static_cast<double>(sites.size()) / botnetSum;
    for (const auto shield : network.shields()) {
        const double patience = std::exp(kPatienceSigma * normal(hash(sd, 0x9a7, shield.value)));
        regions.push_back({MetadataService(provisioning.metadataPerSecond(shield), s, patience), {}, 0, 0});
    }

    global.scenario = s.name;
    global.rehearsal = true;
    global.releaseAtUs = static_cast<std::uint64_t>(unixSeconds(s.releaseAt)) * 1'000'000U;
}

std::size_t Simulator::Model::regionServing(const Site& site) const {
    const auto shield = network.shieldOf(site.pop, [&](PopIndex p) { return outages.shieldDown[p.value]; });
    return network.shieldNumber(shield);
}

/// A PoP whose shield is down fetches half through the next one and half from the origin.
CacheTiers::Way Simulator::Model::wayOf(const Site& site) const {
    const auto own = network.shieldOf(site.pop, [](PopIndex) { return false; });
    return {regionServing(site), outages.shieldDown[own.value] ? kDirectWithoutShield : 0,
            outages.shieldLost[own.value]};
}

void Simulator::Model::step() {
    now += std::chrono::seconds(1);
    t = static_cast<double>((now - scenario.releaseAt).count());
    events.clear();
    for (; scheduledDone < scenario.levers.size() && scenario.levers[scheduledDone].at <= t; ++scheduledDone)
        if (auto told = levers.pull(scenario.levers[scheduledDone].setting, catalogue))
            leversPulled.push_back(std::move(told.value()));

    outages = outagesAt(scenario, catalogue, t);
    ingest.step(t, levers.encoders);
    fleet.step(now, outages.nodesDown);
    demand.step(now, levers.clientJitter);
    if (now == scenario.start()) { // how full PoPs are is known once they have served somebody
        moveClients();
        fillCaches();
        loadSites();
    }
    moveClients();
    fillCaches();
    loadSites();
    askServices();
    const auto fanOut = purges.step(t, levers.stagedPurges);
    purgesIssued += fanOut.issued;
    for (auto& site : sites)
        site.invalidate(fanOut, fleet, network.fromIssuer(site.pop),
                        hash(seed, 0x57ac, site.pop.value, unixSeconds(now)));
    writeReports();
    tellWhatHappens(fanOut.burstKeys);
    writeGlobal();
}

/// The rules of a PoP's firewall, and how well it does now. `drift`: of what all rules have in common there.
Firewall Simulator::Model::firewallOf(const Site& site, double drift) const {
    const double since = t - scenario.botsAt;
    const double adapted = scenario.botsInBurst > 0 && since > 0 ? kAdapts * std::min(1.0, since / 600) : 0;
    auto firewall = site.firewall;
    firewall.blockBotnet = levers.blockBotnet;
    firewall.managedRules = levers.managedRules;
    firewall.limitLogins = levers.limitLogins;
    firewall.blockedAtOnce = 1 / (1 + std::exp(-kRulesSigma * drift));
    firewall.distance += kDistanceSigma * drift - adapted;
    return firewall;
}

/// Who is served where, and what machines send there.
void Simulator::Model::moveClients() {
    std::vector<Balancing::Site> states(catalogue.size());
    for (auto& site : sites) {
        site.isDown = outages.popDown[site.pop.value];
        const auto& s = site.second;
        const double served = cpuSecondsOf(s.served);
        auto& state = states[site.pop.value];
        state.work = cpuSecondsOf(demand.pops()[site.pop.value]);
        state.saturationPerWork =
            served > 0 && s.load.saturation > 0 ? s.load.saturation / served : site.saturationPerWork;
        state.state =
            site.isDown ? Balancing::Site::State::dead
            : outages.popDrained[site.pop.value] || levers.drained.contains(catalogue[site.pop].code)
                ? Balancing::Site::State::drained
                : Balancing::Site::State::open;
    }
    const auto& rules = blocking.at(now);
    balancing.step(states, levers.spillRadius, now == scenario.start() ? kBeforeSeconds : 1);

    const auto requestsOf = [](const PopDemand& d) { return d.apiPerSecond + d.audioPerSecond; };
    std::vector<PopDemand> came(catalogue.size());
    std::vector<std::uint64_t> spilledIn(catalogue.size());
    std::vector<std::uint64_t> spilledOut(catalogue.size());
    for (const auto& move : balancing.moves()) {
        const auto moved = demand.pops()[move.from.value] * move.share;
        came[move.to.value] += moved;
        const auto requests =
            poisson(requestsOf(moved), hash(seed, 0x5b111, move.from.value, move.to.value, unixSeconds(now)));
        spilledIn[move.to.value] += requests;
        spilledOut[move.from.value] += requests;
    }
    for (auto& site : sites) {
        const auto pop = site.pop.value;
        const auto& own = demand.pops()[pop];
        auto& s = site.second;
        const double away = std::min(1.0, balancing.away(site.pop));
        s.served = own * (1 - away);
        s.served += came[pop];
        const double requests = requestsOf(s.served);
        s.cameFrom = requests > 0 ? requestsOf(came[pop]) / requests : 0;
        s.spilledIn = spilledIn[pop];
        s.spilledOut = spilledOut[pop];
        s.unplaced = balancing.unplaced(site.pop) * requestsOf(own);
        s.abuse = abuseOf(scenario, s.served.apiPerSecond,
                          demand.usualApi()[pop] * (1 - away) + s.cameFrom * s.served.apiPerSecond,
                          site.botnetWeight, t, firewallOf(site, rules[pop]));
    }
}

void Simulator::Model::fillCaches() {
    for (auto& region : regions)
        region.requests = region.clients = 0;
    const double live = scenario.albumsLive(t);
    caches.beginSecond(std::min(levers.prewarm, ingest.ready()), live > 0);
    if (live > 0 && live < scenario.allAlbums()) {
        const double cold = live / scenario.allAlbums() * (1 - levers.prewarm);
        caches.invalidate(cold);
        for (auto& site : sites)
            site.cache.release.invalidate(cold);
    }
    for (auto& site : sites) {
        if (site.isDown) continue;
        const auto region = regionServing(site);
        caches.fill(site.cache, site.pop, wayOf(site), site.second);
        regions[region].requests += site.second.apiMisses;
        regions[region].clients += site.second.served.apiPerSecond;
    }
    caches.endSecond(outages.originReachable);
}

void Simulator::Model::loadSites() {
    edgeCapacity += (levers.edgeCapacity - edgeCapacity) * -std::expm1(-1 / kCapacitySeconds);
    for (auto& site : sites) {
        const auto& region = regions[regionServing(site)];
        const double retries =
            region.requests > 0 ? region.answered.retries * site.second.apiMisses / region.requests : 0;
        site.serve(retries, levers.admissionLimit,
                   static_cast<double>(fleet.up(site.pop)) / static_cast<double>(fleet.count(site.pop)),
                   edgeCapacity);
    }
}

void Simulator::Model::askServices() {
    for (auto& region : regions)
        region.answered = region.service.step(region.requests, region.clients, levers.metadataScale);
    for (auto& site : sites)
        site.second.service = regions[regionServing(site)].answered;
}

void Simulator::Model::writeReports() {
    reporting.clear();
    for (std::size_t i = 0; i < sites.size(); ++i)
        if (!sites[i].isDown) reporting.push_back(i);
    reports.resize(reporting.size());
    for (std::size_t r = 0; r < reporting.size(); ++r) {
        auto& site = sites[reporting[r]];
        auto& s = site.second;
        s.nodes.saturation = s.load.saturation;
        s.nodes.cpu = std::min(1.0, s.load.cpu);
        s.nodes.nic = std::min(1.0, s.load.nic);
        reports[r].header.intervalEnd = now;
        reports[r].pop = catalogue[site.pop].code;
        report(s, site.pop, fleet, hash(seed, 0x5e7705, site.pop.value, unixSeconds(now)), reports[r].totals);
    }
}

void Simulator::Model::tell(EventKind kind, std::string text) {
    Event event;
    event.header.intervalEnd = now;
    event.kind = kind;
    event.text = std::move(text);
    events.push_back(std::move(event));
}

void Simulator::Model::tellWhatHappens(double purgeBurst) {
    for (auto& text : leversPulled)
        tell(EventKind::lever, std::move(text));
    leversPulled.clear();
    if (const auto albums = static_cast<int>(scenario.albumsLive(t)); albums > 0) {
        std::string text = albums == 1 ? "album live" : std::to_string(albums) + " albums live";
        if (scenario.releaseMode == ReleaseMode::localMidnight) text += ", each place at its midnight";
        tell(EventKind::release, std::move(text));
    }
    if (purgeBurst > 0) tell(EventKind::purge, std::to_string(std::lround(purgeBurst)) + " keys invalidated");
    if (t == scenario.botsAt && scenario.botsInBurst > 0) tell(EventKind::note, "botnet joins the crowd");
    if (ingest.finished() && t > -static_cast<double>(scenario.lead.count()) + 1)
        tell(EventKind::note, "last track ready to be pushed");
    for (auto& text : outagesTold(scenario, t))
        tell(EventKind::note, std::move(text));
}

void Simulator::Model::writeGlobal() {
    double listeners = 0;
    double plays = 0;
    double came = 0; // because of the release
    double bots = 0;
    double api = 0;
    double failed = 0;
    double metadata = 0;
    double answered = 0;
    for (const auto& site : sites) {
        const auto& s = site.second;
        const auto& own = demand.pops()[site.pop.value];
        listeners += own.listeners;
        came += own.releaseListeners;
        plays += own.releaseListeners / dwellSeconds(scenario, t);
        bots += s.abuse.bots;
        api += s.served.apiPerSecond;
        failed +=
            s.apiMisses * s.service.shedShare + (s.load.overflowed + s.load.limited) * s.served.apiPerSecond;
        metadata += s.service.latencySeconds * s.apiMisses;
        answered += s.apiMisses;
    }
    const double botShare = api > 0 ? bots / (api + bots) : 0;
    const auto learnt =
        recommender.step(plays / (scenario.allAlbums() * scenario.tracksPerAlbum), botShare, t);
    if (learnt.pivoted) tell(EventKind::note, "recommender follows the trend");
    if (learnt.returned) tell(EventKind::note, "recommender is back at taste");
    if (record > 0 && listeners > record && record == scenario.recordListeners)
        tell(EventKind::note, "record: never so many listeners");
    if (record > 0) record = std::max(record, listeners);

    const double lockedIn = lockIn.step(listeners > 0 ? came / listeners : 0, levers.exclusive);
    global.header.intervalEnd = now;
    global.purgeHead = static_cast<std::uint64_t>(purgesIssued);
    global.listeners = static_cast<std::uint64_t>(listeners);
    global.listenersRecord = static_cast<std::uint64_t>(record);
    global.recommenderSnrPermille = static_cast<std::uint64_t>(learnt.signalToNoise * 1'000);
    global.recommenderTrendPermille = static_cast<std::uint64_t>(learnt.trendWeight * 1'000);
    global.churnPpmPerHour = static_cast<std::uint64_t>(
        1e6 * churnPerHour(answered > 0 ? metadata / answered : 0, api > 0 ? failed / api : 0, lockedIn));
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
    const auto& site = m.sites[m.reporting[index]];
    m.columns.header.intervalEnd = m.now;
    m.fleet.fill(site.pop, m.reports[index].totals, site.second.nodes, m.columns);
    return m.columns;
}

const std::vector<bool>& Simulator::down(std::size_t index) const {
    return m_model->fleet.down(m_model->sites[m_model->reporting[index]].pop);
}

std::vector<Roster> Simulator::rosters() const {
    std::vector<Roster> rosters;
    for (const auto& site : m_model->sites)
        rosters.push_back(m_model->fleet.roster(site.pop, m_model->provisioning.capacity(site.pop)));
    return rosters;
}

Result<std::string> Simulator::pull(const LeverSetting& setting) {
    auto told = m_model->levers.pull(setting, m_model->catalogue);
    if (told) m_model->leversPulled.push_back(told.value());
    return told;
}
} // namespace surgescope::feeds::sim
