// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/peek.h"

#include <cstddef>

namespace surgescope::feeds {
namespace {

/// Walks the fields of a protobuf message (protobuf.dev/programming-guides/encoding).
class Fields {
  public:
    explicit Fields(std::string_view bytes) : m_rest(bytes) {}

    std::uint64_t number = 0; // of the field
    std::uint64_t value = 0;  // of a varint or a fixed one
    std::string_view text;    // of one with a length
    bool isText = false;

    /// False at the end and where the bytes are no field; broken() tells which.
    bool next() {
        std::uint64_t tag = 0;
        if (m_rest.empty() || !varint(tag)) return false;
        number = tag >> 3U;
        isText = false;
        switch (tag & 7U) {
        case 0: return varint(value);
        case 1: return fixed(8);
        case 5: return fixed(4);
        case 2: {
            std::uint64_t size = 0;
            if (!varint(size) || size > m_rest.size()) return fail();
            text = m_rest.substr(0, static_cast<std::size_t>(size));
            m_rest.remove_prefix(static_cast<std::size_t>(size));
            return isText = true;
        }
        default: return fail();
        }
    }
    bool broken() const { return m_broken; }

  private:
    bool fail() {
        m_broken = true;
        return false;
    }
    bool varint(std::uint64_t& to) {
        to = 0;
        for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            to |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return true;
        }
        return fail();
    }
    bool fixed(std::size_t size) {
        if (m_rest.size() < size) return fail();
        value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(m_rest[i])) << (8 * i);
        m_rest.remove_prefix(size);
        return true;
    }

    std::string_view m_rest;
    bool m_broken = false;
};

bool peekHeader(std::string_view bytes, Peeked& to) {
    Fields fields(bytes);
    while (fields.next()) {
        if (fields.number == 2 && fields.isText) to.publisher = fields.text;
        if (fields.isText) continue;
        if (fields.number == 3) to.sessionUs = fields.value;
        if (fields.number == 4) to.sequence = fields.value;
        if (fields.number == 5) to.intervalEndUs = fields.value;
        if (fields.number == 7) to.sentUs = fields.value;
    }
    return !fields.broken();
}

} // namespace

std::optional<Peeked> peek(std::string_view payload) {
    Peeked peeked;
    Fields fields(payload);
    // Serializers write fields in order: header, or the interval's end, first, then the PoP.
    if (!fields.next() || fields.number != 1) return std::nullopt;
    if (!fields.isText)
        peeked.intervalEndUs = fields.value;
    else if (!peekHeader(fields.text, peeked))
        return std::nullopt;
    else if (fields.next() && fields.number == 2 && fields.isText)
        peeked.pop = fields.text;
    return peeked;
}

} // namespace surgescope::feeds
