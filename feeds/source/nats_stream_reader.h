// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/intake.h"
#include "feeds/source/past_order.h"
#include "feeds/transport/nats_connection.h"
#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/nats_parts.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// Hears what publishers say straight, and reads the stream that keeps it, from some time on and then as it
/// grows: each message counts once, by whichever way it comes first. So the stream brings the past and what
/// was missed while a server was lost, and nothing stops while the stream has no leader. While the past is
/// brought in, what comes straight is held back; and so it is after nothing came either way: what was said
/// meanwhile comes first. One thread at a time, and waits for nobody but in ask().
class NatsStreamReader {
  public:
    /// `clock` must outlive it.
    NatsStreamReader(std::chrono::seconds history, std::optional<WallTime> playFrom,
                     const PublisherShares::Bounds& bounds, const Clock& clock);

    /// `connection` must outlive it.
    void begin(NatsConnection& connection) { m_connection = &connection; }
    void subscribe(const std::string& prefix);
    void unsubscribe(const std::string& prefix);
    /// What came.
    void hear(NatsMessage message);
    /// A server was lost, and another one found.
    void connectedAnew();
    /// Ends a past that comes no more, and waits for no stream for ever. Call now and then.
    void forgoPast();
    /// Asks for more of the stream when there is room for it.
    void pull();

    /// To be asked of a server when it is due: is there a stream, and a reader of it from `from` on?
    struct Question {
        bool looksOnly = false; // the stream is read already
        ReadFrom from;
        std::int64_t createdNs = 0; // of the stream that `from.sequence` is of
        WallTime fromTime{};        // of another one
    };
    struct Answer {
        std::optional<FoundStream> stream;
        StreamConsumer consumer;
        ReadFrom from;
        std::string error; // empty: that is so
    };
    std::optional<Question> question();
    static Answer ask(natsConnection* connection, const Question& question);
    void take(const Answer& answer);

    struct Held { // one message, whole
        std::string where;
        std::variant<NatsMessage, std::string> what;
        std::string_view topic() const { return where; }
        std::string_view payload() const {
            const auto* message = std::get_if<NatsMessage>(&what);
            return message ? message->payload() : std::string_view(std::get<std::string>(what));
        }
    };
    Intake<Held>& intake() { return m_intake; }
    /// What comes now was kept before.
    bool isInPast() const { return m_reads && m_holds; }
    /// Since when the stream holds what was said; nothing: there is none, or nothing in it.
    std::optional<WallTime> keptSince() const {
        if (!m_reads || m_found.isEmpty()) return std::nullopt;
        return m_found.firstStored;
    }
    /// Where the stream's reader is answered; empty: there is none.
    const std::string& inbox() const { return m_inbox; }
    /// When what is brought in first was said.
    WallTime pastFrom() const { return m_pastFrom; }

  private:
    void hearStream(const StreamPlace& place, NatsMessage message);
    void hearStatus(const NatsMessage& message);
    enum class Way : std::uint8_t { straight, stream };
    void hearStraight(NatsMessage message);
    /// `then`: it is of the past, and was stored or heard then.
    void keep(NatsMessage message, Way way, std::optional<WallTime> then);
    void givePast(bool all);
    bool cameBefore(std::uint64_t key);
    void lose(const std::string& why);
    void noteChanges(const FoundStream& stream);
    void readStream(const Answer& answer);
    void meet(const StreamPlace& place, const NatsMessage& message);
    void caughtUp();
    bool isBlind() const;
    void holdIfBlind();
    void hold(std::chrono::seconds patience);
    void lookSoon();
    void letThrough();

    const std::chrono::seconds m_history;
    const std::optional<WallTime> m_playFrom;
    const Clock& m_clock;
    NatsConnection* m_connection = nullptr;
    Intake<Held> m_intake;
    PastOrder<Held> m_past;
    NatsParts m_parts[2]; // by way
    std::vector<std::string> m_prefixes;
    /// Hashes of what came of late, and in the order in which it came.
    std::unordered_set<std::uint64_t> m_came;
    std::deque<std::pair<SteadyTime, std::uint64_t>> m_cameAt;

    bool m_holds = true; // what comes straight
    struct Patience {
        std::chrono::seconds forStream;   // that is not there, or brings nothing
        std::chrono::seconds forStraight; // that was read up, and has not brought what came straight
    } m_patience;
    SteadyTime m_heldAt{};                                  // since then something waits
    std::unordered_map<std::uint64_t, WallTime> m_heldKeys; // when it came
    bool m_meets = false;                                   // the stream, what came straight
    std::optional<SteadyTime> m_caughtUpAt;                 // the stream was read up
    SteadyTime m_newsAt;                                    // something came, either way
    bool m_gaveUp = false;                                  // and the stream has brought nothing since
    struct Straight {
        NatsMessage message;
        WallTime heard;
    };
    std::deque<Straight> m_held;
    std::size_t m_heldBytes = 0;

    bool m_reads = false;  // the stream
    SteadyTime m_lookAt{}; // for it, next
    std::optional<SteadyTime> m_missingSince;
    std::chrono::milliseconds m_lookAgain{0};
    bool m_missed = false; // it was said that there is no stream

    std::string m_inbox; // of the reader
    std::string m_consumer;
    FoundStream m_found;          // as it was seen last
    std::int64_t m_createdNs = 0; // of the stream that was read last
    std::uint64_t m_sequence = 0; // read last
    std::uint64_t m_read = 0;     // by this reader
    WallTime m_newest{};          // stored or arrived last, of what was let through
    std::size_t m_asked = 0;      // messages that a server may send
    SteadyTime m_heardAt{};       // of its server
    SteadyTime m_pastAt{};        // it brought something
    bool m_plays;                 // all since m_playFrom, and that was not all
    bool m_inPast = false;        // SeekBegins was given
    WallTime m_pastFrom{};
};

} // namespace surgescope::feeds
