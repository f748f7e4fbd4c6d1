// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/nats_stream_reader.h"

#include "feeds/transport/nats_subject.h"
#include "feeds/wire/sanity.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kBatch = 10'000; // messages that may be on their way
constexpr std::size_t kBatchBytes = 64U << 20U;
constexpr std::size_t kMostWaitingBytes = 32U << 20U; // before no more is asked for
constexpr milliseconds kStandsStill = 4 * kStreamHeartbeat;
constexpr milliseconds kLookAgainAtLeast{300};
constexpr milliseconds kLookAgainAtMost{5'000};
/// A cluster that lost a server finds a new leader within.
constexpr seconds kWaitsForStream{4};
/// What publishers say is on its way to the stream.
constexpr seconds kOverlap{1};

} // namespace

void NatsStreamReader::subscribe(const std::string& prefix) {
    m_prefixes.push_back(prefix);
    const auto subjects = subjectsOf(prefix);
    if (!subjects) return m_connection->note("nothing to subscribe to for " + quote(prefix));
    if (!isStreamed(prefix) || m_from == From::publishers) m_connection->subscribe(*subjects);
}

void NatsStreamReader::unsubscribe(const std::string& prefix) {
    const auto at = std::ranges::find(m_prefixes, prefix);
    if (at == m_prefixes.end()) return;
    m_prefixes.erase(at);
    const auto subjects = subjectsOf(prefix);
    if (subjects && (!isStreamed(prefix) || m_from == From::publishers)) m_connection->unsubscribe(*subjects);
}

void NatsStreamReader::subscribeStreamed(bool on) {
    for (const auto& prefix : m_prefixes)
        if (const auto subjects = isStreamed(prefix) ? subjectsOf(prefix) : std::nullopt)
            on ? m_connection->subscribe(*subjects) : m_connection->unsubscribe(*subjects);
}

// ---- what comes

void NatsStreamReader::hear(NatsMessage message) {
    if (const auto place = streamPlaceIn(message.reply())) {
        // What an earlier reader had asked for still comes.
        if (m_from == From::stream && message.reply().find("." + m_consumer + ".") != std::string_view::npos)
            hearStream(*place, std::move(message));
    } else if (!m_inbox.empty() && message.subject().starts_with(m_inbox)) {
        hearStatus(message);
    } else {
        m_newest = std::max(m_newest, m_clock.wall());
        keep(std::move(message), std::nullopt);
    }
}

void NatsStreamReader::hearStream(const StreamPlace& place, NatsMessage message) {
    m_heardAt = m_clock.steady();
    if (place.read != m_read + 1) return lose("what came of the stream had a gap");
    m_read = place.read;
    m_sequence = place.sequence;
    m_newest = std::max(m_newest, place.stored);
    if (m_asked > 0) --m_asked;
    keep(std::move(message), m_catchingUp ? std::optional(place.stored) : std::nullopt);
    if (!m_catchingUp || place.behind > 0) return;
    m_catchingUp = false;
    endPast();
}

/// 100: the server is there. Others: what was asked for comes no more, or in part.
void NatsStreamReader::hearStatus(const NatsMessage& message) {
    m_heardAt = m_clock.steady();
    const auto status = message.header("Status");
    if (status == "100") return;
    const auto text = message.header("Description");
    if (status == "503" || text.find("onsumer") != std::string_view::npos)
        return lose("the stream's reader was lost");
    std::size_t left = m_asked;
    const auto pending = message.header("Nats-Pending-Messages");
    std::from_chars(pending.data(), pending.data() + pending.size(), left);
    m_asked -= std::min(m_asked, left);
}

void NatsStreamReader::keep(NatsMessage message, std::optional<WallTime> stored) {
    auto topic = topicOf(message.subject());
    auto& refused = m_intake.admission().refused();
    if (!topic) {
        const std::string subject(message.subject());
        return refused.add(Refusal::topic, subject, [&] { return quote(subject) + ": no subject of ours"; });
    }
    const bool wanted = std::ranges::any_of(m_prefixes, [&](const auto& one) { return topic->starts_with(one); });
    if (!wanted) return; // of the stream, and nobody asked for it; or just unsubscribed from
    Held held{std::move(*topic), {}};
    if (const auto part = message.header(NatsParts::kHeader); !part.empty()) {
        auto whole = m_parts.add(held.where, part, message.payload());
        if (const auto lost = m_parts.takeLost(); lost > 0)
            for (std::uint64_t i = 0; i < lost; ++i)
                refused.add(Refusal::multipart, "parts", [&] { return held.where + ": a message whose parts did not all come"; });
        if (!whole) return;
        held.what = std::move(*whole);
    } else {
        held.what = std::move(message);
    }
    if (stored)
        m_intake.keepPast(std::move(held), *stored);
    else
        m_intake.keep(std::move(held), nullptr);
}

void NatsStreamReader::pull() {
    if (m_from != From::stream || m_asked > kBatch / 2 || m_intake.bytes() > kMostWaitingBytes) return;
    m_connection->publish({.subject = pullSubject(m_consumer),
                           .payload = pullRequest(kBatch - m_asked, kBatchBytes),
                           .reply = m_inbox});
    if (m_asked == 0) m_heardAt = m_clock.steady();
    m_asked = kBatch;
}

// ---- where from

void NatsStreamReader::connectedAnew() {
    m_lookAgain = kLookAgainAtLeast;
    m_lookAt = m_clock.steady();
    if (m_from == From::stream) lose({});
}

void NatsStreamReader::lose(const std::string& why) {
    if (m_from != From::stream) return;
    if (!why.empty()) m_connection->note(why + ", and is read again from there");
    m_connection->unsubscribe(m_inbox);
    m_inbox.clear();
    m_consumer.clear();
    m_from = From::nowhere;
    m_nowhereSince = m_lookAt = m_clock.steady();
    m_lookAgain = kLookAgainAtLeast;
}

void NatsStreamReader::readPublishers() {
    if (m_from == From::publishers) return;
    m_from = From::publishers;
    subscribeStreamed(true);
    endPast();
}

void NatsStreamReader::endPast() {
    if (std::exchange(m_inPast, false)) m_intake.mark(Source::SeekEnds{});
}

std::optional<NatsStreamReader::Question> NatsStreamReader::question() {
    const auto now = m_clock.steady();
    if (m_from == From::stream && m_asked > 0 && now - m_heardAt >= kStandsStill) lose("the stream stood still");
    if (m_from == From::stream || m_prefixes.empty() || now < m_lookAt) return std::nullopt;
    if (!m_nowhereSince) m_nowhereSince = now;
    m_lookAgain = std::clamp(2 * m_lookAgain, kLookAgainAtLeast, kLookAgainAtMost);
    const bool begins = m_newest == WallTime{};
    return Question{.from = {.sequence = m_sequence > 0 && m_from == From::nowhere ? m_sequence + 1 : 0},
                    .createdNs = m_createdNs,
                    .fromTime = begins ? m_clock.wall() - m_history : m_newest - kOverlap};
}

NatsStreamReader::Answer NatsStreamReader::ask(natsConnection* connection, const Question& question) {
    Answer answer;
    const auto found = findStream(connection);
    if (!found) return {.error = found.error()};
    if (!*found) return answer;
    answer.from = question.from;
    if ((*found)->createdNs != question.createdNs) answer.from.sequence = 0;
    answer.from.time = question.fromTime;
    auto consumer = openConsumer(connection, answer.from);
    if (!consumer) return {.error = consumer.error()};
    answer.stream = **found;
    answer.consumer = std::move(consumer.value());
    return answer;
}

void NatsStreamReader::take(const Answer& answer) {
    const auto now = m_clock.steady();
    m_lookAt = now + m_lookAgain;
    if (answer.stream) return readStream(answer);
    const bool gone = answer.error.empty();
    if (!gone && now - m_nowhereSince.value_or(now) < kWaitsForStream) return;
    if (m_createdNs != 0 && !std::exchange(m_missed, true))
        m_connection->note(gone ? "the stream is gone: what comes now is shown" : answer.error);
    readPublishers();
}

void NatsStreamReader::readStream(const Answer& answer) {
    const auto& [stream, consumer, from, error] = answer;
    if (from.sequence > 0 && stream->first > from.sequence)
        m_connection->note("the stream had thrown away what was not read", stream->first - from.sequence);
    if (m_from == From::publishers) subscribeStreamed(false);
    const bool begins = m_newest == WallTime{};
    m_from = From::stream;
    m_nowhereSince.reset();
    m_missed = false;
    m_createdNs = stream->createdNs;
    m_consumer = consumer.name;
    m_inbox = "_INBOX." + NatsConnection::uniqueWord();
    m_connection->subscribe(m_inbox);
    m_read = 0;
    m_asked = 0;
    m_catchingUp = consumer.waiting > 0;
    if (begins && m_catchingUp && m_history > seconds(0)) {
        m_inPast = true;
        m_pastFrom = from.time;
        m_intake.mark(Source::SeekBegins{});
    } else if (!m_catchingUp) {
        endPast();
    }
}

} // namespace surgescope::feeds
