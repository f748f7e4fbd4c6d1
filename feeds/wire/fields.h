// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace surgescope::feeds {

/// Reads one varint and returns where it ends; null: it does not, or is longer than it need be.
inline const char* readVarint(const char* at, const char* end, std::uint64_t& to) {
    const auto byteAt = [](const char* p) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(*p));
    };
    if (at == end) return nullptr;
    to = byteAt(at++);
    if (to < 0x80) return at; // most are
    to &= 0x7fU;
    for (unsigned shift = 7; shift < 64 && at != end; shift += 7) {
        const auto byte = byteAt(at++);
        to |= (byte & 0x7fU) << shift;
        if (byte < 0x80) return byte == 0 || (shift == 63 && byte > 1) ? nullptr : at;
    }
    return nullptr;
}

/// Walks the fields of a protobuf message (protobuf.dev/programming-guides/encoding) without copying them.
/// Stricter than protobuf: a varint that is longer than it need be is no field.
class Fields {
  public:
    enum class Type : std::uint8_t { varint, fixed64, text, fixed32 = 5 };

    static constexpr std::uint64_t tagOf(int number, Type type) {
        return static_cast<std::uint64_t>(number) << 3U | static_cast<std::uint64_t>(type);
    }

    explicit Fields(std::string_view bytes) : m_at(bytes.data()), m_end(bytes.data() + bytes.size()) {}

    std::uint64_t tag = 0;
    std::uint64_t value = 0; // of a varint or a fixed one
    std::string_view text;   // of one with a length: text, packed numbers, a message

    std::uint64_t number() const { return tag >> 3U; }
    bool isText() const { return (tag & 7U) == static_cast<std::uint64_t>(Type::text); }

    /// False at the end and where the bytes are no field; broken() tells which.
    bool next() {
        if (m_at == m_end || !varint(tag)) return false;
        switch (static_cast<Type>(tag & 7U)) {
        case Type::varint: return varint(value);
        case Type::fixed64: return fixed(8);
        case Type::fixed32: return fixed(4);
        case Type::text: {
            std::uint64_t size = 0;
            if (!varint(size) || size > left()) return fail();
            text = {m_at, static_cast<std::size_t>(size)};
            m_at += size;
            return true;
        }
        }
        return fail();
    }
    /// For packed numbers: the next of them. As next() otherwise.
    bool nextPacked() { return m_at != m_end && varint(value); }
    bool nextFixed64() { return m_at != m_end && fixed(8); }
    bool broken() const { return m_broken; }
    /// What has not been walked yet.
    std::string_view rest() const { return {m_at, static_cast<std::size_t>(left())}; }
    bool atEnd() const { return m_at == m_end && !m_broken; }

  private:
    std::uint64_t left() const { return static_cast<std::uint64_t>(m_end - m_at); }
    bool fail() {
        m_broken = true;
        return false;
    }
    bool varint(std::uint64_t& to) {
        const auto* end = readVarint(m_at, m_end, to);
        if (!end) return fail();
        m_at = end;
        return true;
    }
    bool fixed(std::size_t size) {
        if (left() < size) return fail();
        value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(m_at[i])) << (8 * i);
        m_at += size;
        return true;
    }

    const char* m_at;
    const char* m_end;
    bool m_broken = false;
};

} // namespace surgescope::feeds
