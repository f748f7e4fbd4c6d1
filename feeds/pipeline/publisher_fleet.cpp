// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/publisher_fleet.h"

#include "feeds/publish/message_size.h"
#include "feeds/sim/partition.h"
#include "feeds/sim/random.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostSeconds = 100'000; // remembered of what was played
constexpr std::size_t kTicksAtOnce = 2'000;   // connections looked after between two looks at the clock
constexpr std::uint64_t kRosterEverySeconds = 30;
constexpr milliseconds kTickEvery{100};
/// What may wait for a wall that stands still: of all voices together, but of each at least so much.
constexpr std::size_t kQueueBytes = 256U << 20U;
constexpr std::size_t kQueueBytesOfVoice = 256U << 10U;

/// The part of a roster that a publisher speaks for.
Roster partOf(const Roster& roster, const FleetVoice::Part& part) {
    Roster own;
    own.pop = roster.pop;
    own.epoch = roster.epoch;
    own.nodes.assign(roster.nodes.begin() + part.first, roster.nodes.begin() + part.first + part.count);
    return own;
}

/// The same of node columns, into `to` for its memory.
void partOf(const NodeColumns& columns, const FleetVoice::Part& part, NodeColumns& to) {
    to.pop = columns.pop;
    to.nodeCount = part.count;
    to.rosterEpoch = columns.rosterEpoch;
    for (std::size_t c = 0; c < kNodeColumnCount; ++c) {
        const auto& from = columns.columns[c];
        to.columns[c].clear();
        if (!from.empty())
            to.columns[c].assign(from.begin() + part.first, from.begin() + part.first + part.count);
    }
    to.heard.assign(columns.heard.empty() ? 0 : (part.count + 7) / 8, 0);
    for (std::uint32_t n = 0; n < part.count && !to.heard.empty(); ++n)
        if (columns.isHeard(part.first + n)) to.heard[n / 8] |= static_cast<std::uint8_t>(1U << (n % 8));
}

sim::Scenario dated(const PublisherFleet::Options& options, FeedSecond start) {
    auto scenario = options.scenario;
    scenario.releaseAt = start + scenario.lead;
    return scenario;
}

} // namespace

struct PublisherFleet::Parts {
    Options options;
    const Clock& clock;
    FeedSecond start; // end of the first second
    sim::Simulator simulator;
    std::vector<Roster> rosters; // by position of the PoP
    std::map<std::string, std::size_t> popOf;
    std::vector<std::vector<FleetVoice::Part>> slots; // by PoP, those of other processes, too
    std::vector<std::shared_ptr<ZmqContext>> contexts;
    std::size_t socketsOpened = 0;
    std::vector<FleetVoice> voices;
    std::vector<std::size_t> byPhase; // voices in the order in which their seconds end
    std::size_t nextTick = 0;
    std::uint64_t played = 0;

    // Of the second at hand:
    std::vector<std::optional<std::size_t>> reportOf; // by PoP; nothing: it is down
    std::vector<std::vector<PopTotals>> shares;       // by PoP and slot
    std::map<std::size_t, NodeColumns> columns;       // by PoP, of those somebody wants
    PopReport report;
    NodeColumns partColumns;

    Encoder encoder;
    PopTotals totals;
    std::vector<Second> seconds;
    std::string problem;
    WallTime::duration latest{};
    std::mutex mutex;
    std::condition_variable_any wakeUp; // notified by the stop token only

    Parts(const Options& o, const PopCatalogue& catalogue, const Clock& c, FeedSecond first)
        : options(o), clock(c), start(first), simulator(catalogue, dated(o, first), o.nodes, o.seed),
          rosters(simulator.rosters()) {
        for (std::size_t p = 0; p < rosters.size(); ++p)
            popOf.emplace(rosters[p].pop, p);
        reportOf.resize(rosters.size());
        shares.resize(rosters.size());
    }

    std::optional<Error> makeVoices(const std::vector<VoiceFault>& faults);
    Result<std::unique_ptr<PublishingSocket>> openSocket(std::size_t relay);
    void note(const std::optional<Error>& error) {
        if (error && problem.empty()) problem = error->text;
    }
    FeedSecond end() const { return start + std::chrono::seconds(played - 1); }
    void simulate();
    void splitPop(std::size_t pop);
    void speak(FleetVoice& voice);
    void sayRosters(FleetVoice& voice);
    void tick(std::size_t most);
    bool waitUntil(WallTime time, const std::stop_token& stop);
};

Result<std::unique_ptr<PublishingSocket>> PublisherFleet::Parts::openSocket(std::size_t relay) {
    if (!options.context && socketsOpened++ % PublishingSocket::kPerContext == 0)
        contexts.push_back(std::make_shared<ZmqContext>(options.trust));
    const bool one = !options.relays.empty();
    return PublishingSocket::open(
        {.connect = one ? std::vector{options.relays[relay]} : options.connect,
         .onlyWhileConnected = one,
         .queueBytes = std::max(kQueueBytes / options.publishers, kQueueBytesOfVoice),
         .load = {.messageBytes = meanMessageBytes(
                      options.nodes, std::max<std::size_t>(options.publishers, rosters.size()))},
         .context = options.context ? options.context : contexts.back()});
}

/// All nodes in a row, PoP after PoP, cut into as many pieces of equal length as there are publishers.
std::optional<Error> PublisherFleet::Parts::makeVoices(const std::vector<VoiceFault>& faults) {
    std::uint64_t nodes = 0;
    for (const auto& roster : rosters)
        nodes += roster.nodes.size();
    const auto publishers = options.publishers;
    if (publishers == 0 || publishers > nodes)
        return Error{std::to_string(publishers) + " publishers for " + std::to_string(nodes) +
                     " nodes, expected a node for each at least"};
    slots.resize(rosters.size());
    std::vector<std::size_t> namedIn(rosters.size(), 0);
    const auto firstMine = publishers * options.process / options.processes;
    const auto endMine = publishers * (options.process + 1) / options.processes;
    std::size_t pop = 0;
    std::uint64_t before = 0; // nodes of the PoPs before this one
    for (std::size_t v = 0; v < publishers; ++v) {
        std::uint64_t at = nodes * v / publishers;
        const std::uint64_t until = nodes * (v + 1) / publishers;
        std::vector<FleetVoice::Part> parts;
        while (at < until) {
            while (at >= before + rosters[pop].nodes.size())
                before += rosters[pop++].nodes.size();
            const auto last = std::min(until, before + rosters[pop].nodes.size());
            parts.push_back({pop, slots[pop].size(), static_cast<std::uint32_t>(at - before),
                             static_cast<std::uint32_t>(last - at)});
            slots[pop].push_back(parts.back());
            at = last;
        }
        const auto home = parts.front().pop;
        const auto name = rosters[home].pop + "/" + std::to_string(++namedIn[home]);
        if (v < firstMine || v >= endMine) continue;
        voices.emplace_back(name, std::move(parts), faults[v], sim::hash(options.seed, 0x70ce, v),
                            options.relays.size(), [this](std::size_t relay) { return openSocket(relay); });
    }
    byPhase.resize(voices.size());
    std::iota(byPhase.begin(), byPhase.end(), std::size_t{0});
    std::ranges::stable_sort(byPhase, {}, [&](std::size_t v) { return voices[v].phase(); });
    for (auto& voice : voices)
        if (auto error = voice.begin(clock.wall())) return error;
    return std::nullopt;
}

void PublisherFleet::Parts::simulate() {
    simulator.step();
    ++played;
    columns.clear();
    std::ranges::fill(reportOf, std::nullopt);
    Second second{end()};
    const auto& reports = simulator.reports();
    for (std::size_t r = 0; r < reports.size(); ++r) {
        reportOf[popOf.at(reports[r].pop)] = r;
        totals.merge(reports[r].totals);
        second.requests += reports[r].totals[Counter::requests];
        second.nodes += reports[r].totals[Counter::node_seconds];
    }
    if (this->seconds.size() < kMostSeconds) this->seconds.push_back(second);
    std::vector<bool> mine(rosters.size(), false);
    for (const auto& voice : voices)
        for (const auto& part : voice.parts())
            mine[part.pop] = true;
    for (std::size_t pop = 0; pop < rosters.size(); ++pop)
        if (mine[pop] && reportOf[pop]) splitPop(pop);
}

void PublisherFleet::Parts::splitPop(std::size_t pop) {
    const auto report_ = *reportOf[pop];
    const auto& down = simulator.down(report_);
    std::vector<std::uint64_t> heard;
    for (const auto& part : slots[pop]) {
        const auto from = down.begin() + part.first;
        heard.push_back(static_cast<std::uint64_t>(std::count(from, from + part.count, false)));
    }
    sim::partition(simulator.reports()[report_].totals, heard, sim::hash(options.seed, pop, played),
                   shares[pop]);
}

void PublisherFleet::Parts::speak(FleetVoice& voice) {
    const auto now = clock.wall();
    note(voice.beginSecond(end(), played - 1, now));
    for (const auto& part : voice.parts()) {
        if (!reportOf[part.pop]) continue;
        report.pop = rosters[part.pop].pop;
        std::swap(report.totals, shares[part.pop][part.slot]);
        voice.say(report, end(), now, encoder);
        std::swap(report.totals, shares[part.pop][part.slot]);
        if (!voice.wants("node/" + report.pop)) continue;
        auto known = columns.find(part.pop);
        if (known == columns.end())
            known = columns.emplace(part.pop, simulator.columns(*reportOf[part.pop])).first;
        partOf(known->second, part, partColumns);
        voice.say(partColumns, end(), now, encoder);
    }
    const bool speaksForAll = options.process == 0 && &voice == voices.data();
    if (!speaksForAll) return;
    voice.say(simulator.global(), end(), now, encoder);
    for (auto& event : simulator.events())
        voice.say(event, end(), now, encoder);
}

void PublisherFleet::Parts::sayRosters(FleetVoice& voice) {
    const auto now = clock.wall();
    for (const auto& part : voice.parts()) {
        auto own = partOf(rosters[part.pop], part);
        voice.say(own, std::chrono::floor<std::chrono::seconds>(now), now, encoder);
    }
}

void PublisherFleet::Parts::tick(std::size_t most) {
    const auto now = clock.steady();
    const auto wall = clock.wall();
    for (std::size_t i = 0; i < std::min(most, voices.size()); ++i) {
        nextTick = (nextTick + 1) % voices.size();
        if (voices[nextTick].tick(now, wall)) sayRosters(voices[nextTick]);
    }
}

bool PublisherFleet::Parts::waitUntil(WallTime time, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto left = time - clock.wall();
        if (left <= WallTime::duration::zero()) return true;
        std::unique_lock lock(mutex);
        wakeUp.wait_for(lock, stop, std::min<WallTime::duration>(left, kTickEvery), [] { return false; });
        lock.unlock();
        if (time - clock.wall() > kTickEvery / 4) tick(kTicksAtOnce); // reports come first
    }
    return false;
}

PublisherFleet::PublisherFleet(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
PublisherFleet::~PublisherFleet() = default;

Result<std::unique_ptr<PublisherFleet>>
PublisherFleet::open(const Options& options, const PopCatalogue& catalogue, const Clock& clock) {
    const auto faults = assignFaults(options.faults, options.publishers, options.seed);
    if (!faults) return Error{faults.error()};
    const auto next = std::chrono::ceil<std::chrono::seconds>(clock.wall()) + std::chrono::seconds(1);
    auto parts = std::make_unique<Parts>(options, catalogue, clock, options.start.value_or(next));
    if (auto error = parts->makeVoices(*faults)) return std::move(*error);
    return std::unique_ptr<PublisherFleet>(new PublisherFleet(std::move(parts)));
}

Result<std::size_t> PublisherFleet::descriptors(const Options& options) {
    const auto faults = assignFaults(options.faults, options.publishers, options.seed);
    if (!faults) return Error{faults.error()};
    std::size_t connections = 0;
    for (const auto& fault : *faults)
        connections += FleetVoice::connections(fault);
    const auto each = PublishingSocket::kDescriptors + std::max<std::size_t>(options.connect.size(), 1) -
                      1; // one per endpoint
    return connections * each +
           (connections / PublishingSocket::kPerContext + 1) * PublishingSocket::kDescriptorsOfContext;
}

void PublisherFleet::playSecond() {
    auto& p = *m_parts;
    p.simulate();
    for (const auto v : p.byPhase)
        p.speak(p.voices[v]);
}

void PublisherFleet::tick() {
    m_parts->tick(m_parts->voices.size());
}

void PublisherFleet::run(const std::stop_token& stop) {
    auto& p = *m_parts;
    while (!p.options.seconds || p.played < *p.options.seconds) {
        p.simulate(); // ahead of time, so that everybody speaks right after the second's end
        for (const auto v : p.byPhase) {
            const auto phase = std::chrono::microseconds(std::llround(p.voices[v].phase() * 1e6));
            if (!p.waitUntil(WallTime(p.end()) + phase, stop)) return;
            p.latest = std::max(p.latest, p.clock.wall() - (WallTime(p.end()) + phase));
            p.speak(p.voices[v]);
        }
        // Rosters again now and then, of some publishers each second.
        for (std::size_t v = p.played % kRosterEverySeconds; v < p.voices.size(); v += kRosterEverySeconds)
            p.sayRosters(p.voices[v]);
        p.tick(kTicksAtOnce);
    }
    tick(); // what was kept
}

const std::vector<PublisherFleet::Second>& PublisherFleet::seconds() const {
    return m_parts->seconds;
}
const PopTotals& PublisherFleet::totals() const {
    return m_parts->totals;
}
const std::vector<FleetVoice>& PublisherFleet::voices() const {
    return m_parts->voices;
}
FeedSecond PublisherFleet::now() const {
    return m_parts->end();
}
double PublisherFleet::latest() const {
    return std::chrono::duration<double>(m_parts->latest).count();
}
std::string PublisherFleet::problem() const {
    if (!m_parts->problem.empty()) return m_parts->problem;
    for (const auto& voice : m_parts->voices)
        if (auto problem = voice.problem(); !problem.empty()) return voice.name() + " is " + problem;
    return {};
}

} // namespace surgescope::feeds
