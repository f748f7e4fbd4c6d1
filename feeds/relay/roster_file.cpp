// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/relay/roster_file.h"

#include "feeds/util/crc32.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/peek.h"

#include <cstdint>
#include <optional>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kHead = "surgescope rosters 1\n";
constexpr std::size_t kNumberBytes = 4;

void putNumber(std::uint32_t number, std::string& to) {
    for (std::size_t i = 0; i < kNumberBytes; ++i)
        to += static_cast<char>(number >> (8 * i) & 0xffU);
}

/// Takes it off the front.
std::optional<std::uint32_t> takeNumber(std::string_view& from) {
    if (from.size() < kNumberBytes) return std::nullopt;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < kNumberBytes; ++i)
        number |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[i])) << (8 * i);
    from.remove_prefix(kNumberBytes);
    return number;
}

} // namespace

std::string rosterFileOf(const Relay& relay, WallTime now) {
    std::string bytes(kHead);
    Encoder encoder;
    relay.forEachRoster([&](const Roster& known) {
        Roster roster = known;
        roster.header.sequence = 1;
        roster.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(now);
        roster.header.sent = now;
        const auto payload = encoder.encode(roster);
        if (bytes.size() + payload.size() + 3 * kNumberBytes > kRosterFileBytes) return;
        putNumber(static_cast<std::uint32_t>(payload.size()), bytes);
        bytes += payload;
    });
    putNumber(0, bytes);
    putNumber(crc32(bytes), bytes);
    return bytes;
}

Result<std::vector<Roster>> parseRosterFile(std::string_view bytes, const std::string& name) {
    if (!bytes.starts_with(kHead)) return Error{name + ": no rosters of a relay, or of a later version"};
    const auto whole = bytes;
    bytes.remove_prefix(kHead.size());
    std::vector<Roster> rosters;
    Decoder decoder;
    for (;;) {
        const auto size = takeNumber(bytes);
        if (!size || *size > bytes.size())
            return Error{name + ": cut short at byte " + std::to_string(whole.size() - bytes.size()) +
                         ", behind " + std::to_string(rosters.size()) + " rosters"};
        if (*size == 0) break;
        const auto payload = bytes.substr(0, *size);
        bytes.remove_prefix(*size);
        const auto peeked = peek(payload);
        const auto decoded =
            decoder.decode("roster/" + std::string(peeked ? peeked->pop : std::string_view()), payload);
        if (const auto* refused = std::get_if<Refused>(&decoded))
            return Error{name + ": roster " + std::to_string(rosters.size() + 1) + ": " + refused->text};
        rosters.push_back(*std::get<const Roster*>(decoded));
    }
    const auto sum = takeNumber(bytes);
    if (!sum || !bytes.empty() || *sum != crc32(whole.substr(0, whole.size() - kNumberBytes)))
        return Error{name + ": damaged: its checksum is of something else"};
    return rosters;
}

} // namespace surgescope::feeds
