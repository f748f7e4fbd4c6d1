// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/fleet_voice.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds {
namespace {

using Kind = VoiceFault::Kind;

constexpr std::size_t kMostKeptBytes = 8U << 20U; // of one publisher that is cut off
constexpr std::size_t kMostCuts = 1'000;          // remembered

std::uint64_t microseconds(WallTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

} // namespace

FleetVoice::FleetVoice(std::string name, std::vector<Part> parts, VoiceFault fault, std::uint64_t seed,
                       std::size_t relays, OpenSocket open)
    : m_name(std::move(name)), m_parts(std::move(parts)), m_fault(fault), m_seed(seed),
      m_open(std::move(open)) {
    if (relays > 0) m_failover.emplace(relays, seed);
}

std::size_t FleetVoice::connections(const VoiceFault& fault) {
    return fault.kind == Kind::twin || fault.kind == Kind::twoWays ? 2 : 1;
}

std::uint64_t FleetVoice::Life::next(const std::string& topic) {
    const auto known = std::ranges::find(sequences, topic, &std::pair<std::string, std::uint64_t>::first);
    if (known != sequences.end()) return ++known->second;
    sequences.emplace_back(topic, 1);
    return 1;
}

WallTime FleetVoice::own(WallTime now) const {
    if (m_fault.kind != Kind::clock) return now;
    return now + std::chrono::microseconds(std::llround(m_fault.seconds * 1e6));
}

double FleetVoice::phase() const {
    if (m_fault.kind != Kind::clock) return 0;
    return std::ceil(m_fault.seconds) - m_fault.seconds;
}

std::optional<Error> FleetVoice::openSockets() {
    for (std::size_t i = 0; i < connections(m_fault); ++i) {
        auto opened = m_open(m_failover ? m_failover->at() : 0);
        if (!opened) return Error{m_name + ": " + opened.error()};
        m_sockets.push_back(std::move(opened.value()));
    }
    return std::nullopt;
}

std::optional<Error> FleetVoice::begin(WallTime now) {
    m_life = {microseconds(own(now)), {}};
    if (m_fault.kind == Kind::twin) {
        const auto later = std::chrono::microseconds(std::llround(m_fault.seconds * 1e6));
        m_twin = {microseconds(now - later), {}}; // the other one was there before
    }
    return openSockets();
}

std::optional<Error> FleetVoice::beginSecond(FeedSecond end, std::uint64_t number, WallTime now) {
    if (m_fault.everySeconds <= 0) return std::nullopt;
    const auto every = static_cast<std::uint64_t>(std::llround(m_fault.everySeconds));
    const auto turn = (number + m_seed) % every; // not all in the same second
    if (m_fault.kind == Kind::restart && turn == 0 && number > 0) {
        m_life = {microseconds(own(now)), {}};
        ++m_account.sessions;
        m_rosterDue = true;
    } else if (m_fault.kind == Kind::queue) {
        const bool cut = turn >= every - static_cast<std::uint64_t>(std::llround(m_fault.seconds));
        if (cut && !m_sockets.empty()) {
            m_sockets.clear();
            if (m_account.cutOff.size() < kMostCuts) m_account.cutOff.emplace_back(end, end);
        } else if (!cut && m_sockets.empty()) {
            m_rosterDue = true;
            return openSockets();
        }
        if (cut && !m_account.cutOff.empty()) m_account.cutOff.back().second = end;
    }
    return std::nullopt;
}

void FleetVoice::follow(Failover::Move move, WallTime wall) {
    if (move == Failover::Move::leaves) {
        m_sockets.clear();
        openSockets(); // where that fails nobody listens, and the next one's turn comes
    } else if (move == Failover::Move::arrives) {
        m_life = {microseconds(own(wall)), {}};
        ++m_account.sessions;
        m_rosterDue = true;
    }
}

bool FleetVoice::tick(SteadyTime now, WallTime wall) {
    bool joined = false;
    for (const auto& socket : m_sockets)
        joined = socket->readSubscriptions() || joined;
    if (m_failover) follow(m_failover->look(wants("pop/"), now), wall);
    m_rosterDue = m_rosterDue || joined;
    if (m_sockets.empty() || m_parts.empty()) return false;
    while (!m_kept.empty() && m_sockets.front()->wanted(m_kept.front().topic)) {
        const Kept kept = std::move(m_kept.front());
        m_kept.pop_front();
        m_keptBytes -= kept.bytes.size();
        ++(m_sockets.front()->send(kept.topic, kept.bytes) ? m_account.sent : m_account.unheard);
    }
    // Nobody hears a roster before there is a subscriber.
    return m_rosterDue && m_sockets.front()->wanted("roster/");
}

std::string FleetVoice::problem() const {
    for (const auto& socket : m_sockets)
        if (auto problem = socket->problem(name()); !problem.empty()) return problem;
    return {};
}

bool FleetVoice::wants(const std::string& topic) const {
    return std::ranges::any_of(m_sockets, [&](const auto& socket) { return socket->wanted(topic); });
}

void FleetVoice::deliver(std::string_view topic, std::string_view bytes, std::size_t socket) {
    if (m_fault.kind == Kind::loss && sim::uniform(sim::hash(m_seed, m_drawn++)) <= m_fault.share) {
        ++m_account.lost;
        return;
    }
    if (m_sockets.empty() || !m_kept.empty()) { // cut off, or what was kept goes first
        if (m_keptBytes + bytes.size() > kMostKeptBytes) {
            ++m_account.unheard;
            return;
        }
        m_keptBytes += bytes.size();
        m_kept.push_back({std::string(topic), std::string(bytes)});
        return;
    }
    ++(m_sockets[socket]->send(topic, bytes) ? m_account.sent : m_account.unheard);
}

template <class Message>
void FleetVoice::sayAny(Message& message, FeedSecond end, WallTime now, Encoder& encoder,
                        std::uint64_t& made) {
    if (m_failover && m_failover->isBetween()) {
        ++made;
        ++m_account.unheard;
        return;
    }
    const auto topic = topicOf(message);
    auto& header = message.header;
    header.publisher = m_name;
    header.sent = own(now);
    header.intervalEnd = end;
    if (m_fault.kind == Kind::clock)
        header.intervalEnd += std::chrono::seconds(static_cast<std::int64_t>(std::ceil(m_fault.seconds)));
    header.session = m_life.session;
    header.sequence = m_life.next(topic);
    const auto bytes = encoder.encode(message);
    deliver(topic, bytes, 0);
    ++made;
    if (m_fault.kind == Kind::twoWays) deliver(topic, bytes, 1);
    if (m_fault.kind == Kind::twin) {
        header.session = m_twin.session;
        header.sequence = m_twin.next(topic);
        deliver(topic, encoder.encode(message), 1);
        ++made;
    }
}

void FleetVoice::say(PopReport& message, FeedSecond end, WallTime now, Encoder& encoder) {
    m_account.requests += message.totals[Counter::requests];
    sayAny(message, end, now, encoder, m_account.reports);
}
void FleetVoice::say(NodeColumns& message, FeedSecond end, WallTime now, Encoder& encoder) {
    sayAny(message, end, now, encoder, m_account.columns);
}
void FleetVoice::say(Roster& message, FeedSecond end, WallTime now, Encoder& encoder) {
    sayAny(message, end, now, encoder, m_account.rosters);
    m_rosterDue = false;
}
void FleetVoice::say(Event& message, FeedSecond end, WallTime now, Encoder& encoder) {
    sayAny(message, end, now, encoder, m_account.others);
}
void FleetVoice::say(Global& message, FeedSecond end, WallTime now, Encoder& encoder) {
    sayAny(message, end, now, encoder, m_account.others);
}

} // namespace surgescope::feeds
