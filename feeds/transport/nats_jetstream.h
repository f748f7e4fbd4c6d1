// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/nats_stream.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <nats/nats.h>
#include <optional>
#include <string>
#include <string_view>

/// What JetStream is asked. For .cpp files that stand on NATS, on a connection's own thread: each waits for a
/// server, for a second at most.
namespace surgescope::feeds {

/// How the stream was found, that is as asked now.
enum class KeptStream : std::uint8_t { asAsked, made, changed };
/// Makes the stream, or changes it so that it is as asked. Errors: why it cannot be; each begins with
/// kStreamTrouble.
Result<KeptStream> keepStream(natsConnection* connection, const NatsStream& asked);

/// The stream as it is.
struct FoundStream {
    std::int64_t createdNs = 0; // another one has another
    std::uint64_t first = 0;    // sequences
    std::uint64_t last = 0;
    WallTime firstStored{}; // meaningful unless it is empty
    std::int64_t readers = 0;
    std::string keeps; // what, how long, and how much, in words

    /// Of one that was never written to both are 0, and of one that was emptied the last is before the first.
    bool isEmpty() const { return last == 0 || last < first; }
};
/// Nothing: there is none. Errors: nobody knows; each begins with kStreamTrouble.
Result<std::optional<FoundStream>> findStream(natsConnection* connection);

/// Of what is wrong with the stream just now.
inline constexpr const char* kStreamTrouble = "the stream: ";

/// Where to begin to read.
struct ReadFrom {
    std::uint64_t sequence = 0; // 0: by `time`
    WallTime time{};
};
/// A reader that the cluster forgets when it is silent for half a minute.
struct StreamConsumer {
    std::string name;
    std::uint64_t waiting = 0; // messages to be read up to now
};
Result<StreamConsumer> openConsumer(natsConnection* connection, const ReadFrom& from);

/// What to publish so that a reader gets up to so many messages and bytes, and where.
std::string pullSubject(const std::string& consumer);
std::string pullRequest(std::size_t messages, std::size_t bytes);
/// How often a server says that it is there while it has nothing to give.
inline constexpr std::chrono::milliseconds kStreamHeartbeat{500};

/// What a message that came out of a stream tells by its reply subject.
struct StreamPlace {
    std::uint64_t sequence = 0;
    std::uint64_t read = 0; // from 1 on, of this reader: without gaps
    WallTime stored{};
    std::uint64_t behind = 0; // messages that follow it
};
/// Nothing: it came by no stream.
std::optional<StreamPlace> streamPlaceIn(std::string_view reply);

} // namespace surgescope::feeds
