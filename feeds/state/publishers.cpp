// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/publishers.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

/// Who was heard within so many seconds has a say in what time it is.
constexpr double kHasASaySeconds = 10;
/// So many are asked anew with each that joins; more are asked once a second.
constexpr std::size_t kAskedAtOnce = 64;
/// What one says under a topic is sent one after the other: a clock that goes back more than this was set.
constexpr Offset kClockSetBack{500'000};
/// Nothing simulated takes the place of a real feed that was heard within so many seconds.
constexpr double kRealSeconds = 600;
/// A rehearsal may be played by real clocks; none of them is off by more.
constexpr seconds kRehearsedNow{60};
/// When there are too many, who has been silent for so long is forgotten.
constexpr double kForgottenAfterSeconds = 600;

/// "60 s", "5 min", "7 d".
std::string lengthText(double length) {
    char text[32];
    if (length < 10)
        std::snprintf(text, sizeof text, "%.1f s", length);
    else if (length < 120)
        std::snprintf(text, sizeof text, "%.0f s", length);
    else if (length < 2 * 3600)
        std::snprintf(text, sizeof text, "%.0f min", length / 60);
    else if (length < 2 * 86'400)
        std::snprintf(text, sizeof text, "%.0f h", length / 3600);
    else
        std::snprintf(text, sizeof text, "%.0f d", length / 86'400);
    return text;
}

} // namespace

// ---- sessions

Publishers::Publisher* Publishers::find(const std::string& name) {
    if (m_last && m_last->name == name) return m_last;
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : m_last = &found->second;
}

void Publishers::forgetSilent(SteadyTime now) {
    if (m_forgotAt && secondsBetween(*m_forgotAt, now) < kHasASaySeconds) return; // it takes a while
    m_forgotAt = now;
    m_last = nullptr;
    std::erase_if(m_byName, [&](const auto& entry) {
        const auto heard = entry.second.sessions.heard();
        return !heard || secondsBetween(*heard, now) > kForgottenAfterSeconds;
    });
}

std::variant<Publishers::Publisher*, Refused> Publishers::judge(const Header& header, std::string_view topic,
                                                                SteadyTime now, WallTime arrived) {
    const auto refusal = [&](Refusal reason, const std::string& why) {
        return Refused{reason, std::string(topic) + " of " + header.publisher + ": " + why};
    };
    if (!m_listeningSince) m_listeningSince = now;
    Publisher* publisher = find(header.publisher);
    const bool isNew = !publisher;
    if (isNew) {
        if (m_byName.size() >= m_most) forgetSilent(now);
        if (m_byName.size() >= m_most)
            return refusal(Refusal::full, std::to_string(m_most) + " publishers are known already");
        publisher = m_last = &m_byName[header.publisher];
        publisher->name = header.publisher;
    }
    auto& sessions = publisher->sessions;
    const bool marked = header.timeSource != TimeSource::clock;
    const bool rehearses = publisher->isRehearsal && header.session == sessions.present();
    const auto source = marked || !rehearses ? header.timeSource : TimeSource::simulated;
    if (source != TimeSource::clock && hasClocks(now))
        return refusal(Refusal::notOfNow, source == TimeSource::recorded
                                              ? "a recording, while others report what is now"
                                              : "simulated, while others report what is now");
    const bool wasRefused = sessions.twin() && sessions.twin()->session == header.session;
    switch (sessions.judge(header.session, now, header.sent, arrived)) {
    case Sessions::Verdict::ended: return refusal(Refusal::olderSession, "its session is over");
    case Sessions::Verdict::twin:
        return refusal(Refusal::twin, "another publisher of this name was first, and is alive");
    case Sessions::Verdict::returns:
        publisher->fromStart = publisher->isRehearsal = false; // what came before has been counted
        --m_restarts;
        break;
    case Sessions::Verdict::goesOn: break;
    case Sessions::Verdict::begins:
        if (!isNew) ++m_restarts;
        publisher->shift = seconds(0);
        publisher->isRehearsal = false;
        // Of the first session of all, its reports tell: they are numbered by the second.
        const bool sinceWeListen = topic.starts_with("pop/") && secondsBetween(*m_listeningSince, now) >=
                                                                    static_cast<double>(header.sequence) + 2;
        publisher->fromStart =
            (!isNew || sinceWeListen) && !wasRefused; // what was refused is counted as such
    }
    publisher->source = source;
    return publisher;
}

// ---- clocks

bool Publishers::hasClocks(SteadyTime now) const {
    return m_clockHeard && secondsBetween(m_clockHeard->at, now) <= kRealSeconds;
}

bool Publishers::isReplay(SteadyTime now) const {
    return m_recordingHeard && secondsBetween(*m_recordingHeard, now) <= kHasASaySeconds && !hasClocks(now);
}

bool Publishers::noteRehearsal(Publisher& publisher, const Header& header, SteadyTime now, WallTime arrived) {
    if (publisher.isRehearsal || publisher.source != TimeSource::clock) return true;
    if (std::chrono::abs(arrived - header.sent) <= kRehearsedNow) return true;
    for (const auto* heard : {&m_clockHeard, &m_otherHeard})
        if (*heard && (*heard)->who != &publisher && secondsBetween((*heard)->at, now) <= kRealSeconds)
            return false;
    publisher.isRehearsal = true;
    publisher.source = TimeSource::simulated;
    publisher.sessions.clock() = {};
    m_clockHeard.reset(); // that was this one
    return true;
}

/// Simulations and recordings bring the time of arrival with them, be they as fast as they may.
WallTime Publishers::arrivalOf(const Publisher& publisher, const Header& header, WallTime arrived) {
    switch (publisher.source) {
    case TimeSource::simulated: return header.sent;
    case TimeSource::recorded: return header.received;
    case TimeSource::clock: break;
    }
    return arrived;
}

void Publishers::hear(Publisher& publisher, const Header& header, std::optional<WallTime> sentBefore,
                      bool reports, SteadyTime now, WallTime arrived) {
    if (reports && publisher.source == TimeSource::clock) {
        if (m_clockHeard && m_clockHeard->who != &publisher) m_otherHeard = m_clockHeard;
        m_clockHeard = {&publisher, now};
    }
    if (reports && publisher.source == TimeSource::recorded) m_recordingHeard = now;
    const bool first = !publisher.sessions.clock().offset();
    const auto at = arrivalOf(publisher, header, arrived);
    // Of another topic it may have been sent later, and come earlier.
    auto& clock = publisher.sessions.clock();
    const auto setTo = header.sent + kClockSetBack;
    if (sentBefore && setTo < *sentBefore && setTo < clock.sent())
        clock = {}; // known was that of another time
    clock.hear(header.sent, at);
    if (!reports) return;
    const bool few = m_byName.size() <= kAskedAtOnce;
    if (!m_consensus || m_byName.size() == 1 || (first && few) ||
        std::chrono::abs(at - m_agreedAt) >= seconds(1))
        agree(now, at);
    const auto error = errorOf(publisher);
    publisher.shift = error ? shiftFor(*error, publisher.shift) : seconds(0);
}

/// How far the publisher's clock is behind the fleet's. Nothing while that is not known: what is late may
/// have been queued; but nothing arrives before it is sent.
std::optional<Offset> Publishers::errorOf(const Publisher& publisher) const {
    const auto offset = publisher.sessions.clock().offset();
    if (!offset || !m_consensus) return std::nullopt;
    const auto error = *offset - m_consensus->offset;
    if (error > Offset(0) && !publisher.sessions.clock().isSettled()) return std::nullopt;
    return error;
}

void Publishers::agree(SteadyTime now, WallTime arrived) {
    m_agreedAt = arrived;
    for (const bool settledOnly : {true, false}) {
        m_offsets.clear();
        for (const auto& [name, publisher] : m_byName) {
            const auto heard = publisher.sessions.heard();
            if (!heard || secondsBetween(*heard, now) > kHasASaySeconds) continue;
            if (settledOnly && !publisher.sessions.clock().isSettled()) continue;
            if (publisher.source != TimeSource::clock && hasClocks(now)) continue;
            if (const auto offset = publisher.sessions.clock().offset()) m_offsets.push_back(*offset);
        }
        if (!m_offsets.empty()) break;
    }
    if (auto consensus = consensusOf(m_offsets)) m_consensus = consensus;
}

WallTime Publishers::feedNow(const Publisher& publisher, const Header& header, WallTime arrived) const {
    const auto at = arrivalOf(publisher, header, arrived);
    return m_consensus ? at - m_consensus->offset : at;
}

// ---- for the screen

Publishers::Complaints Publishers::complaints(SteadyTime now, std::size_t most) const {
    struct Found {
        double weight;
        std::string text;
    };
    std::vector<Found> found;
    for (const auto& [name, publisher] : m_byName) {
        const auto& twin = publisher.sessions.twin();
        if (twin && secondsBetween(twin->heard, now) <= kHasASaySeconds)
            found.push_back({1e12, "two are called " + name + ": the first counts, " +
                                       std::to_string(twin->refused) + " refused"});
        const auto heard = publisher.sessions.heard();
        if (!heard || secondsBetween(*heard, now) > kHasASaySeconds) continue;
        const auto error = errorOf(publisher);
        if (!error || std::chrono::abs(*error) <= Consensus::kTolerance) continue;
        const double off = std::chrono::duration<double>(*error).count();
        const auto length = lengthText(std::abs(off));
        const auto* way = off > 0 ? " behind" : " ahead";
        const auto text = m_consensus->majority
                              ? "clock of " + name + " is " + length + way +
                                    (publisher.shift != seconds(0) ? ": corrected" : ": not corrected")
                              : "clocks differ: that of " + name + " is " + length + way +
                                    ", and no majority tells who is right";
        found.push_back({std::abs(off), text});
    }
    const auto shown = std::min(most, found.size());
    std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(shown), std::greater{},
                              &Found::weight);
    Complaints complaints{{}, found.size()};
    for (std::size_t i = 0; i < shown; ++i)
        complaints.worst.push_back(std::move(found[i].text));
    return complaints;
}

void Publishers::forgetRosters() {
    for (auto& [name, publisher] : m_byName)
        publisher.rosters = {};
}

void Publishers::clear() {
    *this = Publishers(m_most);
}

} // namespace surgescope::feeds
