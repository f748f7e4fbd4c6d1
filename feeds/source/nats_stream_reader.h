// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/intake.h"
#include "feeds/transport/nats_connection.h"
#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/nats_parts.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// Reads the stream, from some time on and then as it grows, and looks after it: begins again behind what was
/// read when a server is lost, and takes what comes straight while there is no stream. One thread at a time,
/// and waits for nobody but in ask().
class NatsStreamReader {
  public:
    /// `clock` must outlive it.
    NatsStreamReader(std::chrono::seconds history, const PublisherShares::Bounds& bounds, const Clock& clock)
        : m_history(history), m_clock(clock), m_intake(bounds, clock) {}

    /// `connection` must outlive it.
    void begin(NatsConnection& connection) { m_connection = &connection; }
    void subscribe(const std::string& prefix);
    void unsubscribe(const std::string& prefix);
    /// What came.
    void hear(NatsMessage message);
    /// A server was lost, and another one found.
    void connectedAnew();
    /// Asks for more of the stream when there is room for it.
    void pull();

    /// To be asked of a server when it is due: is there a stream, and a reader of it from `from` on?
    struct Question {
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
    /// When what is brought in first was said.
    WallTime pastFrom() const { return m_pastFrom; }

  private:
    enum class From : std::uint8_t { nowhere, stream, publishers };

    void hearStream(const StreamPlace& place, NatsMessage message);
    void hearStatus(const NatsMessage& message);
    void keep(NatsMessage message, std::optional<WallTime> stored);
    void lose(const std::string& why);
    void readPublishers();
    void readStream(const Answer& answer);
    void endPast();
    void subscribeStreamed(bool on);

    const std::chrono::seconds m_history;
    const Clock& m_clock;
    NatsConnection* m_connection = nullptr;
    Intake<Held> m_intake;
    NatsParts m_parts;
    std::vector<std::string> m_prefixes;

    From m_from = From::nowhere;
    SteadyTime m_lookAt{}; // for a stream, next
    std::optional<SteadyTime> m_nowhereSince;
    std::chrono::milliseconds m_lookAgain{0};
    bool m_missed = false; // it was said that there is no stream

    std::string m_inbox; // of the reader
    std::string m_consumer;
    std::int64_t m_createdNs = 0; // of the stream that was read last
    std::uint64_t m_sequence = 0; // read last
    std::uint64_t m_read = 0;     // by this reader
    WallTime m_newest{};          // stored or arrived last
    std::size_t m_asked = 0;      // messages that a server may send
    SteadyTime m_heardAt{};
    bool m_catchingUp = false; // what comes was stored before
    bool m_inPast = false;     // SeekBegins was given
    WallTime m_pastFrom{};
};

} // namespace surgescope::feeds
