// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/fleet_state.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <type_traits>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

/// Who was not heard for so long is forgotten by those that only count; looked for once a minute.
constexpr seconds kForgetAfter{900};
constexpr seconds kForgetEvery{60};

/// How far feed time may run ahead of the settled second before that moves on by itself.
constexpr seconds kSettleBehind{Rollup::kOpenSeconds / 2};

bool isLive(std::optional<SteadyTime> lastReport, SteadyTime now) {
    return freshness(lastReport, now) == Freshness::live;
}

} // namespace

FleetState::FleetState(const PopCatalogue& catalogue, std::uint64_t firstEpoch)
    : m_catalogue(catalogue), m_sums(catalogue.regions().size() + 1), m_epoch(firstEpoch) {}

Place* FleetState::placeFor(const std::string& code, SteadyTime now) {
    if (const auto found = m_places.find(code); found != m_places.end()) return found->second.get();
    const auto pop = m_catalogue.find(code);
    if (!pop && m_unplaced >= limits::kUnplacedPops) return nullptr;
    auto place = std::make_unique<Place>(Place{code,
                                               pop,
                                               RegionIndex(m_catalogue.regions().size()),
                                               Rollup{},
                                               NodeTable(now),
                                               std::nullopt,
                                               std::nullopt,
                                               {},
                                               std::nullopt,
                                               {},
                                               {}});
    if (!m_spareRollups.empty()) {
        place->rollup = std::move(m_spareRollups.back());
        m_spareRollups.pop_back();
    }
    if (pop) {
        place->region = m_catalogue[*pop].region;
        place->inventory = m_catalogue[*pop].expectedNodes;
        place->inventoryIsNamed = !m_catalogue[*pop].nodeNames.empty();
        place->nodes.expect(m_catalogue[*pop].nodeNames);
    } else
        ++m_unplaced;
    return m_places.emplace(code, std::move(place)).first->second.get();
}

void FleetState::placeInventory(SteadyTime now) {
    if (m_inventoryPlaced || !m_catalogue.isInventory()) return;
    for (const auto& pop : m_catalogue.pops())
        placeFor(pop.code, now);
    m_inventoryPlaced = true;
}

void FleetState::forget(Place& place) {
    if (place.rollup.empty()) return;
    m_sums.forgotten(place.rollup.newest());
    place.rollup.clear();
    place.reports.fill(0);
    m_restored.reset(); // the time that was put back is not this one
}

std::optional<Refused> FleetState::apply(const PopReport& message, Arrival arrival) {
    auto heard = m_judge.hear(message, arrival);
    if (heard.refused) {
        if (heard.refused->reason == Refusal::twin)
            noteTwin(message.pop, message.totals[Counter::node_seconds], message.header, arrival.now);
        return std::move(heard.refused);
    }
    if (heard.endsRehearsal && m_settled) forgetAll();
    Place* place = placeFor(message.pop, arrival.now);
    if (!place)
        return Refused{Refusal::full, "pop/" + message.pop + ": " + std::to_string(limits::kUnplacedPops) +
                                          " PoPs that the catalogue does not know are kept already"};
    // The other one of the name has followed the first, or is gone.
    if (message.twinNodes > 0)
        place->twins.note(message.header.publisher, message.twinNodes, arrival.now);
    else if (!heard.publisher->sessions.twin())
        place->twins.forget(message.header.publisher);
    const bool alone = place->isSpokenForBy(message.header.publisher, arrival.now);
    auto timed = m_judge.time(message, heard, place->rollup, alone, arrival);
    if (timed.refused) return std::move(timed.refused);
    if (timed.wentBack) forget(*place);
    if (isRestored(timed.second, arrival.stamp)) return std::nullopt;
    addUp(*place, m_judge.totalsOf(message, heard), timed.second, message.header, arrival.now);
    return std::nullopt;
}

void FleetState::addUp(Place& place, const PopTotals& report, FeedSecond second, const Header& header,
                       SteadyTime now) {
    const bool opens = place.rollup.empty() || second > place.rollup.newest();
    const bool first = opens || place.rollup.totals(second) == nullptr;
    PopTotals* totals = place.rollup.open(second, place.expectedNodes());
    totals->merge(report);
    auto& reports = place.reportsOf(second);
    if (first) reports = 0;
    if (!header.correction) ++reports;
    // Whoever makes a second whole has just had its totals in hand; later they have left the cache.
    if (second == place.newestComplete()) place.rollup.settle(second, place.expectedNodes());
    place.noteReport(header.publisher, now);
    m_lastReport = now;
    if (report[Counter::node_seconds] > 0) place.lastHeard = now;
    m_sinceStart.merge(report);
    m_sums.add(second, place.region, report);
    // Feed time may run faster than frames: regions take their seconds in before these close.
    const bool runsAhead =
        m_settled ? second >= *m_settled + kSettleBehind : m_sums.waiting() > Rollup::kOpenSeconds / 2;
    if (runsAhead) settle(now);
}

void FleetState::noteTwin(const std::string& pop, std::uint64_t nodes, const Header& header, SteadyTime now) {
    if (const auto place = m_places.find(pop); place != m_places.end())
        place->second->twins.note(header.publisher, nodes, now);
}

std::optional<Refused> FleetState::apply(const NodeColumns& message, Arrival arrival) {
    auto heard = m_judge.hear(message, arrival);
    if (heard.refused) return std::move(heard.refused);
    const auto found = m_places.find(message.pop);
    if (found == m_places.end())
        return Refused{Refusal::rosterMismatch, "node/" + message.pop + ": no roster of that PoP has come"};
    return found->second->nodes.apply(message, heard.publisher->shift == seconds(0), arrival.now);
}

std::optional<Refused> FleetState::apply(const Roster& message, Arrival arrival) {
    auto heard = m_judge.hear(message, arrival);
    if (heard.refused) {
        if (heard.refused->reason == Refusal::twin)
            noteTwin(message.pop, message.nodes.size(), message.header, arrival.now);
        // One that came before does no harm: it says the same again.
        if (heard.refused->reason != Refusal::duplicate) return std::move(heard.refused);
    }
    Place* place = placeFor(message.pop, arrival.now);
    if (place && message.nodes.empty() && place->nodes.isOfOtherSession(message.header))
        return Refused{Refusal::olderSession, "roster/" + message.pop + " of " + message.header.publisher +
                                                  ": the farewell of a session that never had nodes there"};
    // What the publisher has there now makes room for what it says.
    const auto more = NodeTable::sizeOf(message);
    const auto had = place ? place->nodes.sizeOf(message.header.publisher) : RosterSize{};
    auto& its = heard.publisher->rosters;
    if (!place || !(m_rosters - had + more).fits(limits::kNodes, limits::kNameBytes) ||
        !(its - had + more).fits(limits::kNodesPerPublisher, limits::kNameBytesPerPublisher))
        return Refused{Refusal::full, "roster/" + message.pop + " of " + message.header.publisher + ": " +
                                          std::to_string(more.nodes) + " nodes with names of " +
                                          std::to_string(more.nameBytes) + " bytes, beside " +
                                          std::to_string(its.nodes) + " of its own and " +
                                          std::to_string(m_rosters.nodes) + " in all"};
    place->nodes.apply(message, heard.publisher->shift);
    its = its - had + more;
    m_rosters = m_rosters - had + more;
    return std::nullopt;
}

std::optional<Refused> FleetState::apply(const Event& message, Arrival arrival) {
    auto heard = m_judge.hear(message, arrival);
    if (heard.refused) return std::move(heard.refused);
    m_events.push_back(message);
    m_events.back().header.intervalEnd += heard.publisher->shift;
    if (m_events.size() > limits::kEvents) m_events.pop_front();
    return std::nullopt;
}

std::optional<Refused> FleetState::apply(const Global& message, Arrival arrival) {
    auto heard = m_judge.hear(message, arrival);
    if (heard.refused) return std::move(heard.refused);
    if (message.rehearsal &&
        !m_judge.publishers().noteRehearsal(*heard.publisher, message.header, arrival.now, arrival.stamp))
        return Refused{Refusal::notOfNow, "global of " + message.header.publisher +
                                              ": simulated, while others report what is now"};
    m_global = message;
    m_announced = Announced::of(message, message.header.intervalEnd + heard.publisher->shift);
    m_sums.world().announce(*m_announced);
    return std::nullopt;
}

void FleetState::startAnew() {
    m_judge.clear();
    forgetAll();
}

void FleetState::forgetAll() {
    startEpoch({});
    for (auto& [code, place] : m_places) {
        place->rollup.clear();
        m_spareRollups.push_back(std::move(place->rollup));
    }
    m_places.clear();
    m_pointPlaces.clear();
    m_pointRollups.clear();
    m_unplaced = 0;
    m_rosters = {};
    m_judge.publishers().forgetRosters();
    m_inventoryPlaced = false;
    m_sums.clearWaiting();
    m_lastReport.reset();
    m_restored.reset();
}

void FleetState::forgetSilent(SteadyTime now) {
    if (m_sweptAt && now - *m_sweptAt < kForgetEvery) return;
    m_sweptAt = now;
    m_judge.gaps().forgetSilent(now, kForgetAfter);
    for (const auto& [code, place] : m_places)
        place->twins.forgetSilent(now);
}

void FleetState::settle(SteadyTime now) {
    forgetSilent(now);
    placeInventory(now);
    std::vector<FeedSecond> newest;
    newest.reserve(m_places.size());
    std::optional<FeedSecond> complete;
    // When nobody is live any more, those count who were when the last report came: of a fleet that ended, as
    // of a past that was brought back until there, the last second is shown as well.
    const auto at = isLive(m_lastReport, now) ? now : m_lastReport.value_or(now);
    for (const auto& [code, place] : m_places) {
        if (place->rollup.empty() || !isLive(place->lastReport, at)) continue;
        newest.push_back(place->rollup.newest());
        const auto done = place->newestComplete();
        complete = complete ? std::min(*complete, done) : done;
    }
    if (!newest.empty()) {
        const auto middle = newest.begin() + static_cast<std::ptrdiff_t>(newest.size() / 2);
        std::nth_element(newest.begin(), middle, newest.end());
        const auto second = std::min(std::max(*complete, *middle - seconds(1)), *middle);
        if (m_settled && second < *m_settled - seconds(Rollup::kOpenSeconds)) startEpoch(second);
        m_settled = m_settled ? std::max(*m_settled, second) : second;
    }
    m_sums.countExpectedNodes(
        m_places); // a PoP without rosters expects whom it heard: nobody, when it has begun anew
    if (!m_settled) return;

    for (const auto& [code, place] : m_places)
        place->rollup.settle(*m_settled, place->expectedNodes());
    m_sums.settle(*m_settled, m_places);
}

std::optional<FeedSecond> FleetState::releaseAt() const {
    if (m_global && m_global->releaseAtUs > 0)
        return feedSecond(static_cast<std::int64_t>(m_global->releaseAtUs / 1'000'000U));
    const auto last = std::find_if(m_events.rbegin(), m_events.rend(),
                                   [](const Event& event) { return event.kind == EventKind::release; });
    if (last == m_events.rend()) return std::nullopt;
    return last->header.intervalEnd;
}

void FleetState::startEpoch(FeedSecond now) {
    ++m_epoch;
    m_settled.reset();
    m_restored.reset();
    m_sinceStart.clear();
    m_events.clear();
    m_global.reset();
    m_announced.reset();
    m_sums.clear();
    // PoPs that moved back have forgotten; what the others hold is of the time before.
    for (const auto& [code, place] : m_places) {
        if (!place->rollup.empty()) m_sums.forgotten(place->rollup.newest()); // by regions
        if (!place->rollup.empty() && place->rollup.newest() > now + limits::kAhead) forget(*place);
        place->rollup.mergeOpenInto(m_sinceStart);
    }
}

} // namespace surgescope::feeds
