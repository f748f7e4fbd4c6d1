// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/header_reader.h"

#include "feeds/wire/fields.h"
#include "feeds/wire/sanity.h"

#include <telemetry.pb.h>

namespace surgescope::feeds {
namespace pb = surgescope::v1;

std::optional<Refused> readHeader(const pb::Header& from, Header& to) {
    if (from.schema_version() != limits::kSchemaVersion)
        return Refused{Refusal::schemaVersion, "schema version " + std::to_string(from.schema_version()) +
                                                   ", expected " + std::to_string(limits::kSchemaVersion)};
    if (from.publisher().empty() || !isPrintable(from.publisher(), limits::kPublisherBytes))
        return Refused{Refusal::header, "publisher " + quote(from.publisher()) + ", expected 1 to " +
                                            std::to_string(limits::kPublisherBytes) + " printable bytes"};
    if (from.sequence() == 0) return Refused{Refusal::header, "sequence 0, expected 1 or more"};
    if (from.interval_ms() != std::chrono::milliseconds(limits::kInterval).count())
        return Refused{Refusal::time,
                       "interval of " + std::to_string(from.interval_ms()) + " ms, expected 1000"};
    const auto end = from.interval_end_us();
    if (!isSaneTime(end) || end % 1'000'000U != 0)
        return Refused{Refusal::time, "interval end " + std::to_string(end) +
                                          " µs, expected a whole second from 2020 to 2100"};
    if (!isSaneTime(from.sent_us()))
        return Refused{Refusal::time,
                       "sent " + std::to_string(from.sent_us()) + " µs, expected 2020 to 2100"};
    const bool recorded = from.time_source() == pb::RECORDED;
    if (from.time_source() > pb::RECORDED || (recorded && !isSaneTime(from.received_us())))
        return Refused{Refusal::time, "time source " + std::to_string(from.time_source()) + ", received " +
                                          std::to_string(from.received_us()) +
                                          " µs, expected 0 to 2, and a recorded message's time"};
    if (from.oldest_sent_us() != 0 && !isSaneTime(from.oldest_sent_us()))
        return Refused{Refusal::time,
                       "oldest sent " + std::to_string(from.oldest_sent_us()) + " µs, expected 2020 to 2100"};
    to.publisher = from.publisher();
    to.session = from.session_us() ^ from.replay_us(); // the same recording sent again is another session
    to.sequence = from.sequence();
    to.intervalEnd = secondOf(end);
    to.sent = WallTime(std::chrono::microseconds(from.sent_us()));
    to.timeSource = static_cast<TimeSource>(from.time_source());
    to.received = recorded ? WallTime(std::chrono::microseconds(from.received_us())) : WallTime{};
    to.correction = from.correction();
    to.oldestSent = WallTime(std::chrono::microseconds(from.oldest_sent_us()));
    return std::nullopt;
}

bool readPlainHeader(std::string_view bytes, Header& to) {
    thread_local pb::Header header; // for its memory
    header.Clear();
    using Type = Fields::Type;
    Fields fields(bytes);
    for (std::uint64_t last = 0; fields.next(); last = fields.tag) {
        if (fields.tag <= last) return false;
        const auto small = static_cast<std::uint32_t>(fields.value);
        switch (fields.tag) {
        case Fields::tagOf(1, Type::varint): header.set_schema_version(small); break;
        case Fields::tagOf(2, Type::text):
            if (!isPlain(fields.text, limits::kPublisherBytes)) return false;
            header.mutable_publisher()->assign(fields.text);
            break;
        case Fields::tagOf(3, Type::fixed64): header.set_session_us(fields.value); break;
        case Fields::tagOf(4, Type::varint): header.set_sequence(fields.value); break;
        case Fields::tagOf(5, Type::fixed64): header.set_interval_end_us(fields.value); break;
        case Fields::tagOf(6, Type::varint): header.set_interval_ms(small); break;
        case Fields::tagOf(7, Type::fixed64): header.set_sent_us(fields.value); break;
        case Fields::tagOf(8, Type::varint):
            if (fields.value > pb::TimeSource_MAX) return false;
            header.set_time_source(static_cast<pb::TimeSource>(fields.value));
            break;
        case Fields::tagOf(9, Type::fixed64): header.set_received_us(fields.value); break;
        case Fields::tagOf(10, Type::fixed64): header.set_replay_us(fields.value); break;
        case Fields::tagOf(11, Type::varint): header.set_correction(fields.value != 0); break;
        case Fields::tagOf(12, Type::fixed64): header.set_oldest_sent_us(fields.value); break;
        default: return false;
        }
    }
    return fields.atEnd() && !readHeader(header, to);
}

} // namespace surgescope::feeds
