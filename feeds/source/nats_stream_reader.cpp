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
constexpr milliseconds kLookAtAllAtMost{30'000}; // where there never was one
constexpr milliseconds kLooksForChanges{10'000};
/// Whoever hears nothing either way for so long shows a picture that stands still, and loses nothing by
/// waiting.
constexpr seconds kBlindAfter{3};
/// A cluster that lost a stream's leader takes ten seconds to find another, and between sites thirty.
constexpr seconds kWaitsBlind{40};
/// Who found another server at once would have to stand still, and does not.
constexpr seconds kWaitsForStream{1};
constexpr seconds kWaitsForLostStream{3};
/// By the clock of the server that stored it: where that is further off, patience must do.
constexpr seconds kAtOnce{3};
/// What publishers say is on its way to the stream.
constexpr seconds kOverlap{1};
/// In which a message may come again: publishers send again for 30 s, and a line may be cut meanwhile.
constexpr seconds kRemembers{120};
constexpr std::size_t kMostRemembered = 500'000;
/// A leader that was killed may have numbered messages that the next one numbers otherwise: of those read
/// last so many are read again.
constexpr std::uint64_t kReadAgain = 2'000;
constexpr std::size_t kMostHeld = 100'000;

/// Each message has its publisher, session, number and time in it: equal bytes are the same message.
std::uint64_t keyOf(std::string_view topic, std::string_view payload) {
    const std::hash<std::string_view> hash;
    return hash(payload) ^ (hash(topic) << 1U);
}

} // namespace

NatsStreamReader::NatsStreamReader(seconds history, std::optional<WallTime> playFrom,
                                   const PublisherShares::Bounds& bounds, const Clock& clock)
    : m_history(history), m_playFrom(playFrom), m_clock(clock),
      m_intake(bounds, clock), m_patience{kWaitsBlind, kWaitsForStream}, m_newsAt(clock.steady()),
      m_plays(playFrom.has_value()) {}

void NatsStreamReader::subscribe(const std::string& prefix) {
    const auto subjects = subjectsOf(prefix);
    if (!subjects) return m_connection->note("nothing to subscribe to for " + quote(prefix));
    m_prefixes.push_back(prefix);
    m_connection->subscribe(*subjects);
}

void NatsStreamReader::unsubscribe(const std::string& prefix) {
    const auto at = std::ranges::find(m_prefixes, prefix);
    if (at == m_prefixes.end()) return;
    m_prefixes.erase(at);
    m_connection->unsubscribe(*subjectsOf(prefix));
}

// ---- what comes

void NatsStreamReader::hear(NatsMessage message) {
    if (const auto place = streamPlaceIn(message.reply())) {
        // What an earlier reader had asked for still comes.
        if (m_reads && message.reply().find("." + m_consumer + ".") != std::string_view::npos)
            hearStream(*place, std::move(message));
    } else if (message.subject().starts_with("_INBOX.")) { // and so does what is said of that
        if (!m_inbox.empty() && message.subject().starts_with(m_inbox)) hearStatus(message);
    } else {
        hearStraight(std::move(message));
    }
}

void NatsStreamReader::hearStraight(NatsMessage message) {
    holdIfBlind();
    m_newsAt = m_clock.steady();
    if (!m_holds) return keep(std::move(message), Way::straight, std::nullopt);
    if (m_held.empty()) {
        m_heldAt = m_newsAt;
        lookSoon();
    }
    const auto topic = topicOf(message.subject());
    if (topic && isStreamed(*topic) && m_heldKeys.size() < kMostHeld)
        m_heldKeys.emplace(keyOf(*topic, message.payload()), m_clock.wall());
    m_heldBytes += message.payload().size();
    m_held.push_back({std::move(message), m_clock.wall()});
    while (m_held.size() > kMostHeld || m_heldBytes > kMostWaitingBytes) { // the stream will have them
        m_heldBytes -= m_held.front().message.payload().size();
        m_held.pop_front();
    }
}

/// The past is whole, or nobody knows it. A stream that has just found a leader brings what is said now
/// before what came straight while it had none: one is sorted into the other.
void NatsStreamReader::letThrough() {
    m_heldKeys.clear();
    m_meets = false;
    m_caughtUpAt.reset();
    m_holds = false;
    for (auto& [message, heard] : std::exchange(m_held, {})) {
        m_newest = std::max(m_newest, heard);
        keep(std::move(message), Way::straight, heard);
    }
    m_heldBytes = 0;
    givePast(true);
    const bool isInPast = std::exchange(m_inPast, false);
    if (std::exchange(m_plays, false) || isInPast) m_intake.mark(Source::SeekEnds{});
}

void NatsStreamReader::hearStream(const StreamPlace& place, NatsMessage message) {
    m_heardAt = m_clock.steady();
    if (place.read != m_read + 1) return lose("what came of the stream had a gap");
    m_newsAt = m_pastAt = m_heardAt;
    m_gaveUp = false;
    m_read = place.read;
    m_sequence = place.sequence;
    if (m_asked > 0) --m_asked;
    m_newest = std::max(m_newest, place.stored);
    if (m_holds) meet(place, message);
    keep(std::move(message), Way::stream, m_holds ? std::optional(place.stored) : std::nullopt);
    if (place.behind == 0) caughtUp();
}

/// The stream brings what came straight, and came when it was said, and not out of a line that was cut: from
/// here on nothing is missing.
void NatsStreamReader::meet(const StreamPlace& place, const NatsMessage& message) {
    const auto topic = topicOf(message.subject());
    if (!topic) return;
    const auto at = m_heldKeys.find(keyOf(*topic, message.payload()));
    m_meets = m_meets || (at != m_heldKeys.end() && at->second - place.stored < kAtOnce);
}

/// As far as its server knows, which may be behind others itself.
void NatsStreamReader::caughtUp() {
    if (!m_holds) return;
    const bool mayLackSome = !m_heldKeys.empty() || m_patience.forStraight == kWaitsBlind;
    if (m_meets || !mayLackSome) return letThrough();
    if (!m_caughtUpAt) m_caughtUpAt = m_clock.steady();
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

void NatsStreamReader::keep(NatsMessage message, Way way, std::optional<WallTime> then) {
    auto topic = topicOf(message.subject());
    auto& refused = m_intake.admission().refused();
    if (!topic) {
        const std::string subject(message.subject());
        return refused.add(Refusal::topic, subject, [&] { return quote(subject) + ": no subject of ours"; });
    }
    const bool wanted =
        std::ranges::any_of(m_prefixes, [&](const auto& one) { return topic->starts_with(one); });
    if (!wanted) return; // of the stream, and nobody asked for it; or just unsubscribed from
    Held held{std::move(*topic), {}};
    if (const auto part = message.header(NatsParts::kHeader); !part.empty()) {
        auto& parts = m_parts[static_cast<std::size_t>(way)];
        auto whole = parts.add(held.where, part, message.payload());
        for (auto lost = parts.takeLost(); lost > 0; --lost)
            refused.add(Refusal::multipart, "parts",
                        [&] { return held.where + ": a message whose parts did not all come"; });
        if (!whole) return;
        held.what = std::move(*whole);
    } else {
        held.what = std::move(message);
    }
    const auto key = keyOf(held.topic(), held.payload());
    if (isStreamed(held.where) && cameBefore(key)) return;
    if (then) {
        m_past.add(std::move(held), *then);
        return givePast(false);
    }
    m_newest = std::max(m_newest, m_clock.wall());
    m_intake.keep(std::move(held), nullptr);
}

void NatsStreamReader::givePast(bool all) {
    while (auto next = m_past.next(all))
        m_intake.keepPast(std::move(next->first), next->second);
}

/// By the other way; or it was sent again because no stream had acknowledged it.
bool NatsStreamReader::cameBefore(std::uint64_t key) {
    const auto now = m_clock.steady();
    while (!m_cameAt.empty() &&
           (now - m_cameAt.front().first > kRemembers || m_cameAt.size() > kMostRemembered)) {
        m_came.erase(m_cameAt.front().second);
        m_cameAt.pop_front();
    }
    if (!m_came.insert(key).second) return true;
    m_cameAt.emplace_back(now, key);
    return false;
}

void NatsStreamReader::pull() {
    if (!m_reads || m_asked > kBatch / 2 || m_intake.bytes() > kMostWaitingBytes) return;
    m_connection->publish({.subject = pullSubject(m_consumer),
                           .payload = pullRequest(kBatch - m_asked, kBatchBytes),
                           .reply = m_inbox});
    if (m_asked == 0) m_heardAt = m_clock.steady();
    m_asked = kBatch;
}

// ---- where from

/// What was said meanwhile is in the stream, and comes before what is said now.
void NatsStreamReader::connectedAnew() {
    lookSoon();
    m_missingSince.reset();
    if (m_reads && !m_holds) hold(isBlind() ? kWaitsBlind : kWaitsForStream);
    lose({});
}

bool NatsStreamReader::isBlind() const {
    return m_clock.steady() - m_newsAt >= kBlindAfter;
}

void NatsStreamReader::holdIfBlind() {
    if (!m_holds && !m_gaveUp && m_createdNs != 0 && isBlind()) hold(kWaitsBlind);
}

void NatsStreamReader::hold(seconds patience) {
    m_holds = true;
    m_patience = {patience, patience};
}

void NatsStreamReader::lookSoon() {
    m_lookAt = m_clock.steady();
    m_lookAgain = kLookAgainAtLeast;
}

void NatsStreamReader::lose(const std::string& why) {
    if (!std::exchange(m_reads, false)) return;
    if (!why.empty()) m_connection->note(why + ", and is read again from there");
    m_connection->unsubscribe(m_inbox);
    m_inbox.clear();
    m_consumer.clear();
    lookSoon();
}

/// Nobody shall wait for a past, or with what comes now, while the stream brings nothing.
void NatsStreamReader::forgoPast() {
    if (!m_holds || (!m_inPast && m_held.empty())) return;
    const auto since = m_caughtUpAt.value_or(std::max(m_heldAt, m_pastAt));
    if (m_clock.steady() - since < (m_caughtUpAt ? m_patience.forStraight : m_patience.forStream)) return;
    m_gaveUp = true;
    letThrough();
}

std::optional<NatsStreamReader::Question> NatsStreamReader::question() {
    const auto now = m_clock.steady();
    if (m_reads && m_asked > 0 && now - m_heardAt >= kStandsStill) lose("the stream stood still");
    holdIfBlind();
    if (m_prefixes.empty() || now < m_lookAt) return std::nullopt;
    if (m_reads) return Question{.looksOnly = true};
    if (!m_missingSince) m_missingSince = now;
    m_lookAgain = std::clamp(2 * m_lookAgain, kLookAgainAtLeast,
                             m_createdNs != 0 ? kLookAgainAtMost : kLookAtAllAtMost);
    const bool begins = m_newest == WallTime{};
    const auto again = std::min(kReadAgain, m_sequence);
    return Question{.from = {.sequence = m_sequence > 0 ? m_sequence + 1 - again : 0},
                    .createdNs = m_createdNs,
                    .fromTime =
                        begins ? m_playFrom.value_or(m_clock.wall() - m_history) : m_newest - kOverlap};
}

NatsStreamReader::Answer NatsStreamReader::ask(natsConnection* connection, const Question& question) {
    Answer answer;
    const auto found = findStream(connection);
    if (!found) return {.error = found.error()};
    if (!*found || question.looksOnly) return {.stream = *found};
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
    m_lookAt = now + (m_reads ? kLooksForChanges : m_lookAgain);
    if (answer.stream) noteChanges(*answer.stream);
    if (m_reads || (answer.stream && answer.consumer.name.empty())) return; // it was only looked at
    if (answer.stream) return readStream(answer);
    const bool gone = answer.error.empty();
    if (!gone && now - m_missingSince.value_or(now) < kWaitsForStream) return;
    const bool isMissed = m_createdNs != 0 || m_playFrom; // and not just how it is here
    if (isMissed && !std::exchange(m_missed, true))
        m_connection->note(
            (!gone ? answer.error
                   : kStreamTrouble + std::string(m_createdNs != 0 ? "it is gone" : "there is none")) +
            ": only what comes now is heard");
    if (gone && m_createdNs == 0) letThrough();
    if (gone) m_patience.forStream = std::min(m_patience.forStream, kWaitsForLostStream);
}

/// What somebody else does to the stream costs the past, of which nothing else here tells.
void NatsStreamReader::noteChanges(const FoundStream& stream) {
    const auto before = std::exchange(m_found, stream);
    if (before.createdNs != stream.createdNs) return;
    if (before.keeps != stream.keeps)
        m_connection->note("the stream was changed, and keeps now: " + stream.keeps);
    if (stream.first > before.last + 1 || (stream.isEmpty() && !before.isEmpty()))
        m_connection->note("the stream was emptied: nothing is left of what it kept");
}

void NatsStreamReader::readStream(const Answer& answer) {
    const auto& [stream, consumer, from, error] = answer;
    if (from.sequence > 0 && stream->first > m_sequence + 1)
        m_connection->note("the stream had thrown away what was not read", stream->first - m_sequence - 1);
    const bool begins = m_newest == WallTime{};
    m_reads = true;
    m_missingSince.reset();
    m_missed = false;
    m_connection->over(kStreamTrouble);
    m_lookAt = m_clock.steady() + kLooksForChanges;
    m_createdNs = stream->createdNs;
    m_consumer = consumer.name;
    m_inbox = "_INBOX." + NatsConnection::uniqueWord();
    m_connection->subscribe(m_inbox);
    m_read = 0;
    m_asked = 0;
    m_pastAt = m_clock.steady();
    m_caughtUpAt.reset();
    if (consumer.waiting == 0) return caughtUp();
    if (!begins || m_playFrom || m_history == seconds(0)) return;
    m_inPast = true;
    m_pastFrom = from.time;
    m_intake.mark(Source::SeekBegins{});
}

} // namespace surgescope::feeds
