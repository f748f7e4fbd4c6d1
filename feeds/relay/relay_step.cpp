// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/relay_step.h"

#include "feeds/source/foreign_claim.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;

/// Messages taken in one go, and for how long, before what is due is sent.
constexpr std::size_t kBatch = 2'000;
constexpr milliseconds kBatchTime{10};
/// All PoPs are looked through for what is due; of what has just come nothing is for much longer.
constexpr milliseconds kTickEvery{5};
/// How often it looks who subscribes to what.
constexpr milliseconds kLookEvery{50};
constexpr std::size_t kComplaints = 100; // the worst, told
constexpr std::size_t kLastTurns = 100;  // for what has come when it is to end

} // namespace

RelayStep::RelayStep(Source& source, const PopCatalogue& catalogue, Publisher& up, const Clock& clock,
                     FeedTap* tap, HistoryWriter* history)
    : m_source(source), m_up(up), m_clock(clock), m_tap(tap), m_relay(catalogue, up, history) {
    for (const char* topic : {"pop/", "roster/", "event", "global"})
        source.subscribe(topic);
}

std::size_t RelayStep::turn(milliseconds atMost) {
    auto wait = std::min(atMost, kLookEvery);
    if (m_due) {
        const auto next = std::max(*m_due, *m_tickedAt + kTickEvery);
        wait = std::clamp(std::chrono::ceil<milliseconds>(next - m_clock.steady()), milliseconds(0), wait);
    }
    std::size_t count = 0;
    SteadyTime end;
    while (count == 0 || (count < kBatch && m_clock.steady() < end)) {
        const auto received = m_source.receive(count == 0 ? wait : milliseconds(0));
        if (std::holds_alternative<Source::Nothing>(received)) break;
        if (count++ == 0) end = m_clock.steady() + kBatchTime;
        if (const auto* message = std::get_if<RawMessage>(&received)) {
            handle(*message);
        } else if (const auto* refused = std::get_if<Refused>(&received)) {
            m_relay.noteRefused(refused->count);
            refuse(*refused);
        }
    }
    const auto now = m_clock.steady();
    if (!m_tickedAt || now - *m_tickedAt >= kTickEvery) {
        m_tickedAt = now;
        m_relay.tick(now);
        m_due = m_relay.due();
    }
    if (!m_lookedAt || now - *m_lookedAt >= kLookEvery) {
        m_lookedAt = now;
        m_up.tick();
        passOnWishes();
    }
    return count;
}

void RelayStep::drain() {
    for (std::size_t turns = 0; turns < kLastTurns && turn(milliseconds(0)) > 0; ++turns) {
    }
    m_relay.drain(m_clock.steady());
}

void RelayStep::handle(const RawMessage& message) {
    const auto now = m_clock.steady();
    const auto decoded = m_decoder.decode(message.topic, message.payload);
    if (const auto foreign = foreignClaim(message, decoded)) {
        m_relay.noteRefused(1);
        return refuse(*foreign);
    }
    if (m_tap) m_tap->received(message.topic, message.payload, message.arrived);
    const auto refused = std::visit(
        [&](const auto& value) -> std::optional<Refused> {
            using Alternative = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Alternative, Refused>) {
                m_relay.noteRefused(value.count);
                return unreadable(message, value);
            } else if constexpr (requires { m_relay.apply(*value, Arrival{}); }) {
                return m_relay.apply(*value, {now, message.arrived});
            } else { // a recorder's own never travels
                m_relay.noteRefused(1);
                return Refused{Refusal::topic, std::string(message.topic) + ": never travels"};
            }
        },
        decoded);
    if (refused)
        refuse(*refused);
    else if (std::holds_alternative<const PopReport*>(decoded))
        ++m_reports;
}

void RelayStep::refuse(const Refused& refused) {
    m_refused[static_cast<std::size_t>(refused.reason)] += refused.count;
    m_lastRefusal = refused.text;
}

void RelayStep::passOnWishes() {
    for (const auto& [pop, gathering] : m_relay.gatherings()) {
        const auto topic = "node/" + pop;
        const bool wanted = m_up.wanted(topic);
        if (wanted && m_columnsOf.insert(pop).second) m_source.subscribe(topic);
        if (!wanted && m_columnsOf.erase(pop) > 0) {
            m_source.unsubscribe(topic);
            m_relay.judge().gaps().forgetTopic(topic);
        }
    }
}

RelayStatus RelayStep::status(double threadLoad) {
    RelayStatus status;
    status.pops = m_relay.gatherings().size();
    for (const auto& [pop, gathering] : m_relay.gatherings()) {
        status.agents += gathering->agents();
        status.liveAgents += gathering->liveAgents();
        status.nodes += gathering->nodes();
    }
    status.reports = m_reports;
    status.newReports = m_reports - std::exchange(m_reportsTold, m_reports);
    const auto done = m_relay.takeDone();
    status.whole = m_done.whole += done.whole;
    status.late = m_done.late += done.late;
    status.corrections = m_done.corrections += done.corrections;
    for (const auto held : done.held)
        status.newHeld.record(static_cast<std::uint64_t>(held.count()));
    const auto& judge = m_relay.judge();
    status.lost = judge.gaps().counts().lost;
    status.duplicates = judge.gaps().counts().duplicates;
    status.corrected = judge.corrected();
    for (std::size_t i = 0; i < kRefusalCount; ++i)
        if (m_refused[i] > 0)
            status.refused.push_back({std::string(wordsFor(static_cast<Refusal>(i))), m_refused[i]});
    status.lastRefusal = m_lastRefusal;
    auto complaints = judge.publishers().complaints(m_clock.steady(), kComplaints);
    status.complaints = std::move(complaints.worst);
    status.complaintCount = complaints.count;
    status.columnPops = m_columnsOf.size();
    status.sentMessages = m_up.sentMessages();
    status.sentBytes = m_up.sentBytes();
    status.endpoints = m_source.endpoints();
    for (auto& endpoint : m_up.endpoints())
        status.endpoints.push_back(std::move(endpoint));
    status.threadLoad = threadLoad;
    return status;
}

} // namespace surgescope::feeds
