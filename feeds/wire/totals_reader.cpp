// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/totals_reader.h"

#include "feeds/wire/fields.h"

#include <array>
#include <limits>
#include <optional>
#include <span>

namespace surgescope::feeds {
namespace {

using Type = Fields::Type;

constexpr std::uint64_t kHighestTag = Fields::tagOf(74, Type::varint); // the masks of what is measured end before
constexpr std::uint8_t kNone = 0xff;

/// Positions in PopTotals by tag.
constexpr auto kCounters = [] {
    std::array<std::uint8_t, kHighestTag> positions{};
    positions.fill(kNone);
    for (std::size_t i = 0; i < kCounterCount; ++i)
        positions[Fields::tagOf(fieldNumber(static_cast<Counter>(i)), Type::varint)] =
            static_cast<std::uint8_t>(i);
    return positions;
}();
constexpr auto kDistributions = [] {
    std::array<std::uint8_t, kHighestTag> positions{};
    positions.fill(kNone);
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        positions[Fields::tagOf(fieldNumber(static_cast<Distribution>(i)), Type::text)] =
            static_cast<std::uint8_t>(i);
    return positions;
}();

/// How many numbers were packed; nothing: too many, or broken, or one is too large.
template <std::size_t Size>
std::optional<std::size_t> unpack(std::string_view bytes, std::array<std::uint64_t, Size>& to,
                                  std::uint64_t most) {
    const auto* at = bytes.data();
    const auto* const end = at + bytes.size();
    const auto byteAt = [](const char* p) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(*p));
    };
    auto* next = to.data();
    while (at != end) {
        if (next == to.data() + Size) return std::nullopt;
        auto& value = *next++;
        value = byteAt(at);
        if (value < 0x80) { // most are of one byte or of two
            ++at;
        } else if (end - at > 1 && byteAt(at + 1) - 1 < 0x7f) {
            value = (value & 0x7fU) | byteAt(at + 1) << 7U;
            at += 2;
        } else {
            at = readVarint(at, end, value);
            if (!at || value > most) return std::nullopt;
        }
    }
    return static_cast<std::size_t>(next - to.data());
}

bool readHistogram(std::string_view bytes, ExponentialHistogram& to, std::uint64_t most) {
    std::array<std::uint64_t, ExponentialHistogram::kMaxIndex - ExponentialHistogram::kMinIndex + 1> counts;
    std::size_t size = 0;
    std::uint64_t zeros = 0;
    std::int32_t offset = 0;
    std::uint64_t sum = 0;
    std::uint64_t max = 0;
    Fields fields(bytes);
    for (std::uint64_t last = 0; fields.next(); last = fields.tag) {
        if (fields.tag <= last) return false; // it comes twice, or may
        switch (fields.tag) {
        case Fields::tagOf(1, Type::varint): zeros = fields.value; break;
        case Fields::tagOf(2, Type::varint): { // zigzag
            if (fields.value > std::numeric_limits<std::uint32_t>::max()) return false;
            const auto half = static_cast<std::int32_t>(fields.value >> 1U);
            offset = (fields.value & 1U) != 0 ? -half - 1 : half;
            break;
        }
        case Fields::tagOf(3, Type::text): {
            const auto count = unpack(fields.text, counts, most);
            if (!count) return false;
            size = *count;
            break;
        }
        case Fields::tagOf(4, Type::varint): sum = fields.value; break;
        case Fields::tagOf(5, Type::varint): max = fields.value; break;
        default: return false;
        }
    }
    if (!fields.atEnd() || zeros > most || !to.addBuckets(offset, std::span(counts).first(size)))
        return false;
    to.addZeros(zeros);
    if (to.count() > 0) to.addSummary(sum, max); // of nothing there is no maximum
    return to.count() <= most;
}

} // namespace

bool readPlainTotals(std::string_view bytes, PopTotals& to, std::uint64_t most) {
    to.clear();
    to.measuredByAll = {};
    Fields fields(bytes);
    for (std::uint64_t last = 0; fields.next(); last = fields.tag) {
        if (fields.tag <= last || fields.tag >= kHighestTag) return false;
        if (const auto counter = kCounters[fields.tag]; counter != kNone) {
            if (fields.value > most) return false;
            to.counters[counter] = fields.value;
        } else if (const auto distribution = kDistributions[fields.tag]; distribution != kNone) {
            if (!readHistogram(fields.text, to.distributions[distribution], most)) return false;
        } else if (fields.tag == Fields::tagOf(1, Type::fixed64)) {
            to.measuredByAny = FieldSet(fields.value);
        } else if (fields.tag == Fields::tagOf(2, Type::fixed64)) {
            to.measuredByAll = FieldSet(fields.value);
        } else if (fields.tag != Fields::tagOf(3, Type::text) ||
                   !unpack(fields.text, to.saturation.bins, most)) {
            return false;
        }
    }
    return fields.atEnd();
}

} // namespace surgescope::feeds
