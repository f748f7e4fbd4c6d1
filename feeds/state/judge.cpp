// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/judge.h"

#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

/// What a node measured between its own clock and another's means nothing; how far it is off does.
void markClockOff(PopTotals& totals, std::chrono::microseconds off) {
    totals[Distribution::invalidation_lag].clear();
    for (auto* measured : {&totals.measuredByAny, &totals.measuredByAll}) {
        measured->remove(Distribution::invalidation_lag);
        measured->add(Distribution::clock_offset);
    }
    totals[Distribution::clock_offset].clear();
    totals[Distribution::clock_offset].record(static_cast<std::uint64_t>(off.count()),
                                              totals[Counter::node_seconds]);
}

} // namespace

template <class Message> Judge::Heard Judge::hear(const Message& message, Arrival arrival) {
    constexpr bool reports = std::is_same_v<Message, PopReport>;
    // Rosters are sent again and again for the same second, and several events may happen in one.
    constexpr bool timed = !std::is_same_v<Message, Roster> && !std::is_same_v<Message, Event>;
    Header untimed;
    if constexpr (!timed) {
        untimed = message.header;
        untimed.intervalEnd = {};
    }
    const Header& header = timed ? message.header : untimed;
    const auto topic = topicOf(message);
    const bool hadClocks = m_publishers.hasClocks(arrival.now);
    auto session = m_publishers.judge(header, topic, arrival.now, arrival.stamp);
    if (auto* refused = std::get_if<Refused>(&session)) return {nullptr, std::move(*refused)};
    auto& publisher = *std::get<Publishers::Publisher*>(session);

    // Of rosters, events and node columns it is not told whether those before were meant for us.
    auto order = m_gaps.accept(header, topic, arrival.now, reports && publisher.fromStart);
    if (auto* refused = std::get_if<Refused>(&order)) return {&publisher, std::move(*refused)};
    if (const auto& accepted = std::get<GapTracker::Accepted>(order); accepted.inOrder)
        m_publishers.hear(publisher, message.header, accepted.sentBefore, reports, arrival.now,
                          arrival.stamp);
    if (!reports) return {&publisher, std::nullopt};
    const bool hasClocks = m_publishers.hasClocks(arrival.now);
    const bool endsRehearsal = !hadClocks && hasClocks && m_isOfNow == false;
    m_isOfNow = hasClocks;
    return {&publisher, std::nullopt, endsRehearsal};
}

template Judge::Heard Judge::hear(const PopReport&, Arrival);
template Judge::Heard Judge::hear(const NodeColumns&, Arrival);
template Judge::Heard Judge::hear(const Roster&, Arrival);
template Judge::Heard Judge::hear(const Event&, Arrival);
template Judge::Heard Judge::hear(const Global&, Arrival);

Judge::Timed Judge::time(const PopReport& message, const Heard& heard, const OpenSeconds& open, bool alone,
                         Arrival arrival) {
    auto timed = placed(message, heard, open, alone, arrival);
    if (timed.refused || message.header.correction) return timed;
    if (timed.wentBack) m_gaps.forgetSeconds(topicOf(message));
    if (!m_gaps.countsIn(timed.second))
        timed.refused =
            Refused{Refusal::repeatedInterval, topicOf(message) + " of " + message.header.publisher +
                                                   ": counts in " + utcText(timed.second) + " already"};
    return timed;
}

Judge::Timed Judge::placed(const PopReport& message, const Heard& heard, const OpenSeconds& open, bool alone,
                           Arrival arrival) const {
    const auto second = message.header.intervalEnd + heard.publisher->shift;
    const auto now =
        std::chrono::floor<seconds>(m_publishers.feedNow(*heard.publisher, message.header, arrival.stamp));
    const auto refusal = [&](Refusal reason) {
        return Timed{second,
                     Refused{reason, topicOf(message) + " of " + message.header.publisher + ": reports " +
                                         utcText(second) + ", the fleet is at " + utcText(now)}};
    };
    if (second > now + limits::kAhead) return refusal(Refusal::tooEarly);
    if (open.empty()) return {second, std::nullopt};
    const auto newest = open.newest();
    if (second > newest - seconds(OpenSeconds::kOpenSeconds)) return {second, std::nullopt};
    // The fleet's time has gone back: a rehearsal began anew in its own past, or most clocks were set.
    const bool wentBack = newest > now + limits::kAhead && (m_isOfNow || alone);
    if (!wentBack) return refusal(Refusal::tooLate);
    return {second, std::nullopt, true};
}

const PopTotals& Judge::totalsOf(const PopReport& message, const Heard& heard) {
    const auto shift = heard.publisher->shift;
    if (shift == seconds(0)) return message.totals;
    ++m_corrected;
    m_correctedTotals = message.totals;
    markClockOff(m_correctedTotals, std::chrono::abs(shift));
    return m_correctedTotals;
}

void Judge::clear() {
    m_publishers.clear();
    m_gaps.clear();
    m_isOfNow.reset();
}

} // namespace surgescope::feeds
