// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/replay_mark.h"

#include "feeds/wire/fields.h"
#include "feeds/wire/messages.h"

namespace surgescope::feeds {
namespace {

using Type = Fields::Type;

void putVarint(std::uint64_t value, std::string& to) {
    for (; value >= 0x80; value >>= 7U)
        to += static_cast<char>((value & 0x7fU) | 0x80U);
    to += static_cast<char>(value);
}

void putFixed(int number, std::uint64_t value, std::string& to) {
    putVarint(Fields::tagOf(number, Type::fixed64), to);
    for (int i = 0; i < 8; ++i)
        to += static_cast<char>((value >> (8 * i)) & 0xffU);
}

} // namespace

bool markRecorded(std::string_view payload, WallTime received, std::uint64_t replay, std::string& to) {
    Fields fields(payload);
    if (!fields.next() || fields.tag != Fields::tagOf(1, Type::text)) {
        to.assign(payload);
        return false;
    }
    // A recording of a replay has marks already: the last one counts, here as for the library.
    std::string mark;
    putVarint(Fields::tagOf(8, Type::varint), mark);
    putVarint(static_cast<std::uint64_t>(TimeSource::recorded), mark);
    putFixed(9, static_cast<std::uint64_t>(received.time_since_epoch().count()), mark);
    putFixed(10, replay, mark);

    to.clear();
    putVarint(Fields::tagOf(1, Type::text), to);
    putVarint(fields.text.size() + mark.size(), to);
    to.append(fields.text).append(mark).append(fields.rest());
    return true;
}

} // namespace surgescope::feeds
