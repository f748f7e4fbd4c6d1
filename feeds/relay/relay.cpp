// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/relay.h"

#include "feeds/state/freshness.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Who was not heard for so long is forgotten by those that only count; looked for once a minute.
constexpr seconds kForgetAfter{900};
constexpr seconds kForgetEvery{60};

} // namespace

Gathering* Relay::known(const std::string& pop) const {
    const auto found = m_gatherings.find(pop);
    return found == m_gatherings.end() ? nullptr : found->second.get();
}

Gathering* Relay::gatheringOf(const std::string& pop) {
    if (auto* gathering = known(pop)) return gathering;
    const bool placed = m_catalogue.find(pop).has_value();
    if (!placed && m_unplaced >= limits::kUnplacedPops) return nullptr;
    m_unplaced += placed ? 0 : 1;
    return m_gatherings.emplace(pop, std::make_unique<Gathering>(pop, m_up, m_history)).first->second.get();
}

std::optional<Refused> Relay::refuse(std::optional<Refused> refused, Gathering* gathering) {
    if (!refused) return std::nullopt;
    if (gathering)
        gathering->noteLoss(0, refused->count);
    else
        m_refused += refused->count;
    return refused;
}

template <class Message>
Judge::Heard Relay::hear(const Message& message, Arrival arrival, Gathering* gathering) {
    const auto before = m_judge.gaps().counts().lost;
    auto heard = m_judge.hear(message, arrival);
    // What comes late takes back what was counted as lost.
    const auto lost = static_cast<std::int64_t>(m_judge.gaps().counts().lost - before);
    if (gathering)
        gathering->noteLoss(lost, 0);
    else
        m_lost += lost;
    if (!heard.refused && heard.publisher->source != TimeSource::clock)
        heard.refused = Refused{Refusal::notOfNow, topicOf(message) + " of " + message.header.publisher +
                                                       ": a relay passes on what real clocks report"};
    return heard;
}

std::optional<Refused> Relay::apply(const PopReport& message, Arrival arrival) {
    Gathering* gathering = known(message.pop);
    auto heard = hear(message, arrival, gathering);
    if (heard.refused) {
        if (gathering && heard.refused->reason == Refusal::twin)
            gathering->noteTwin(message.header.publisher, message.totals[Counter::node_seconds], arrival.now);
        return refuse(std::move(heard.refused), gathering);
    }
    if (!gathering) gathering = gatheringOf(message.pop);
    if (!gathering)
        return refuse(Refused{Refusal::full, "pop/" + message.pop + ": " +
                                                 std::to_string(limits::kUnplacedPops) +
                                                 " PoPs that the catalogue does not know are kept already"},
                      nullptr);
    const auto& publisher = *heard.publisher;
    if (message.twinNodes > 0)
        gathering->noteTwin(publisher.name, message.twinNodes, arrival.now);
    else if (!publisher.sessions.twin())
        gathering->forgetTwin(publisher.name);
    const auto timed = m_judge.time(message, heard, gathering->open(), false, arrival);
    if (timed.refused) return refuse(timed.refused, gathering);
    if (timed.wentBack) gathering->forgetTime(arrival.now);
    if (m_lost != 0 || m_refused != 0)
        gathering->noteLoss(std::exchange(m_lost, 0), std::exchange(m_refused, 0));
    const auto& header = message.header;
    const auto sent = header.oldestSent == WallTime{} ? header.sent : header.oldestSent;
    const auto fleetNow = m_judge.publishers().feedNow(publisher, header, arrival.stamp);
    gathering->add({.header = header,
                    .second = timed.second,
                    .totals = m_judge.totalsOf(message, heard),
                    .oldestSent = sent + publisher.sessions.clock().offset().value_or(Offset(0)),
                    .ahead = header.correction
                                 ? milliseconds(0)
                                 : std::chrono::ceil<milliseconds>(WallTime(timed.second) - fleetNow)},
                   arrival.now, arrival.stamp);
    return std::nullopt;
}

std::optional<Refused> Relay::apply(const NodeColumns& message, Arrival arrival) {
    Gathering* gathering = known(message.pop);
    auto heard = hear(message, arrival, gathering);
    if (heard.refused) return refuse(std::move(heard.refused), gathering);
    if (!gathering)
        return refuse(
            Refused{Refusal::rosterMismatch, "node/" + message.pop + ": no roster of that PoP has come"},
            nullptr);
    const auto shift = heard.publisher->shift;
    return refuse(
        gathering->apply(message, message.header.intervalEnd + shift, shift == seconds(0), arrival.now),
        gathering);
}

RosterSize Relay::allRosters() const {
    RosterSize all;
    for (const auto& [pop, gathering] : m_gatherings)
        all = all + gathering->size();
    return all;
}

bool Relay::hasRoomFor(const Roster& message, RosterSize its, RosterSize had) const {
    const auto more = Gathering::sizeOf(message);
    return (allRosters() - had + more).fits(limits::kNodesPerPublisher, limits::kNameBytesPerPublisher) &&
           (its - had + more).fits(limits::kNodesPerPublisher, limits::kNameBytesPerPublisher);
}

std::optional<Refused> Relay::apply(const Roster& message, Arrival arrival) {
    Gathering* gathering = known(message.pop);
    auto heard = hear(message, arrival, gathering);
    if (heard.refused && gathering && heard.refused->reason == Refusal::twin)
        gathering->noteTwin(message.header.publisher, message.nodes.size(), arrival.now);
    // One that came before does no harm: it says the same again.
    if (heard.refused && heard.refused->reason != Refusal::duplicate)
        return refuse(std::move(heard.refused), gathering);
    if (!gathering) gathering = gatheringOf(message.pop);
    auto& its = heard.publisher->rosters;
    const auto had = gathering ? gathering->sizeOf(message.header.publisher) : RosterSize{};
    if (!gathering || !hasRoomFor(message, its, had))
        return refuse(Refused{Refusal::full, topicOf(message) + " of " + message.header.publisher + ": " +
                                                 std::to_string(message.nodes.size()) + " nodes beside " +
                                                 std::to_string(allRosters().nodes) + " of all agents"},
                      gathering);
    auto refused = gathering->apply(message, heard.publisher->shift, arrival.stamp, arrival.now);
    if (refused) return refuse(std::move(refused), gathering);
    its = its - had + gathering->sizeOf(message.header.publisher);
    return std::nullopt;
}

std::optional<Refused> Relay::apply(const Event& message, Arrival arrival) {
    auto heard = hear(message, arrival, nullptr);
    if (heard.refused) return refuse(std::move(heard.refused), nullptr);
    Event passedOn = message;
    passedOn.header = {};
    passedOn.header.intervalEnd = message.header.intervalEnd + heard.publisher->shift;
    m_up.publish(passedOn);
    return std::nullopt;
}

std::optional<Refused> Relay::apply(const Global& message, Arrival arrival) {
    auto heard = hear(message, arrival, nullptr);
    if (heard.refused) return refuse(std::move(heard.refused), nullptr);
    if (message.rehearsal &&
        (!m_judge.publishers().noteRehearsal(*heard.publisher, message.header, arrival.now, arrival.stamp) ||
         heard.publisher->source != TimeSource::clock))
        return refuse(Refused{Refusal::notOfNow, "global of " + message.header.publisher +
                                                     ": simulated, and a relay passes on what is now"},
                      nullptr);
    // One says what no PoP can know; of several, the first, while it is alive.
    if (m_globalOf != message.header.publisher && freshness(m_globalAt, arrival.now) < Freshness::stale)
        return std::nullopt;
    m_globalOf = message.header.publisher;
    m_globalAt = arrival.now;
    Global passedOn = message;
    passedOn.header = {};
    passedOn.header.intervalEnd = message.header.intervalEnd + heard.publisher->shift;
    m_up.publish(passedOn);
    return std::nullopt;
}

void Relay::tick(SteadyTime now) {
    for (const auto& [pop, gathering] : m_gatherings)
        gathering->tick(now);
    if (m_sweptAt && now - *m_sweptAt < kForgetEvery) return;
    m_sweptAt = now;
    m_judge.gaps().forgetSilent(now, kForgetAfter);
}

std::optional<SteadyTime> Relay::due() const {
    std::optional<SteadyTime> first;
    for (const auto& [pop, gathering] : m_gatherings)
        if (const auto due = gathering->due()) first = first ? std::min(*first, *due) : *due;
    return first;
}

void Relay::drain(SteadyTime now) {
    for (const auto& [pop, gathering] : m_gatherings)
        gathering->drain(now);
}

std::optional<Refused> Relay::restore(const Roster& kept, SteadyTime now) {
    Gathering* gathering = gatheringOf(kept.pop);
    const auto had = gathering ? gathering->sizeOf(kept.header.publisher) : RosterSize{};
    if (!gathering || !hasRoomFor(kept, {}, had))
        return Refused{Refusal::full, topicOf(kept) + " of " + kept.header.publisher + ": no room for " +
                                          std::to_string(kept.nodes.size()) + " nodes"};
    gathering->restore(kept, now);
    return std::nullopt;
}

std::uint64_t Relay::rosterChanges() const {
    std::uint64_t all = 0;
    for (const auto& [pop, gathering] : m_gatherings)
        all += gathering->rosterChanges();
    return all;
}

void Relay::forEachRoster(const std::function<void(const Roster&)>& use) const {
    for (const auto& [pop, gathering] : m_gatherings)
        gathering->forEachRoster(use);
}

Gathering::Done Relay::takeDone() {
    Gathering::Done all;
    for (const auto& [pop, gathering] : m_gatherings) {
        auto done = gathering->takeDone();
        all.whole += done.whole;
        all.late += done.late;
        all.corrections += done.corrections;
        all.held.insert(all.held.end(), done.held.begin(), done.held.end());
    }
    return all;
}

} // namespace surgescope::feeds
