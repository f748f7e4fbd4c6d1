// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap.h"

#include "feeds/util/crc32.h"

#include <type_traits>

namespace surgescope::feeds::mcap {
namespace {

template <class Number> void put(std::string& to, Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        to += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

void put(std::string& to, std::string_view text) {
    put(to, static_cast<std::uint32_t>(text.size()));
    to += text;
}

void put(std::string& to, const Metadata& map) {
    std::uint32_t size = 0;
    for (const auto& [key, value] : map)
        size += static_cast<std::uint32_t>(8 + key.size() + value.size());
    put(to, size);
    for (const auto& [key, value] : map) {
        put(to, std::string_view(key));
        put(to, std::string_view(value));
    }
}

/// Pairs of whole numbers, as maps and arrays of tuples are stored alike.
template <class Pairs> void putPairs(std::string& to, const Pairs& pairs) {
    using Pair = typename Pairs::value_type;
    constexpr auto kBytes = sizeof(typename Pair::first_type) + sizeof(typename Pair::second_type);
    put(to, static_cast<std::uint32_t>(pairs.size() * kBytes));
    for (const auto& [first, second] : pairs) {
        put(to, first);
        put(to, second);
    }
}

/// Puts opcode and length before what `fields` appends.
template <class Fields> void record(std::string& to, Op op, Fields fields) {
    to += static_cast<char>(op);
    const auto at = to.size();
    to.append(8, '\0');
    fields();
    const std::uint64_t length = to.size() - at - 8;
    for (std::size_t i = 0; i < 8; ++i)
        to[at + i] = static_cast<char>((length >> (8 * i)) & 0xFFU);
}

/// Takes fields off the front of some bytes; once something is missing it stays failed.
class Fields {
  public:
    explicit Fields(std::string_view bytes) : m_bytes(bytes) {}

    template <class Number> Fields& get(Number& value) {
        static_assert(std::is_unsigned_v<Number>);
        const auto bytes = take(sizeof(Number));
        value = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            value = static_cast<Number>(
                value |
                static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i)));
        return *this;
    }
    Fields& get(std::string& text) {
        std::uint32_t size = 0;
        get(size);
        text = take(size);
        return *this;
    }
    Fields& get(Metadata& map) {
        Fields inner = array();
        map.clear();
        while (inner.m_ok && !inner.m_bytes.empty()) {
            std::string key;
            std::string value;
            inner.get(key).get(value);
            if (inner.m_ok) map.emplace(std::move(key), std::move(value));
        }
        m_ok = m_ok && inner.m_ok;
        return *this;
    }
    template <class First, class Second> Fields& get(std::vector<std::pair<First, Second>>& pairs) {
        Fields inner = array();
        pairs.clear();
        pairs.reserve(inner.m_bytes.size() / (sizeof(First) + sizeof(Second)));
        while (inner.m_ok && !inner.m_bytes.empty()) {
            std::pair<First, Second> pair;
            inner.get(pair.first).get(pair.second);
            if (inner.m_ok) pairs.push_back(pair);
        }
        m_ok = m_ok && inner.m_ok;
        return *this;
    }
    std::string_view take(std::uint64_t size) {
        if (!m_ok || size > m_bytes.size()) {
            m_ok = false;
            return {};
        }
        const auto taken = m_bytes.substr(0, static_cast<std::size_t>(size));
        m_bytes.remove_prefix(static_cast<std::size_t>(size));
        return taken;
    }
    std::string_view rest() const { return m_bytes; }
    bool ok() const { return m_ok; }

  private:
    Fields array() {
        std::uint32_t size = 0;
        get(size);
        return Fields(take(size));
    }

    std::string_view m_bytes;
    bool m_ok = true;
};

} // namespace

void append(std::string& to, const Header& r) {
    record(to, Op::header, [&] {
        put(to, std::string_view(r.profile));
        put(to, std::string_view(r.library));
    });
}

void append(std::string& to, const Schema& r) {
    record(to, Op::schema, [&] {
        put(to, r.id);
        for (const auto* text : {&r.name, &r.encoding, &r.data})
            put(to, std::string_view(*text));
    });
}

void append(std::string& to, const Channel& r) {
    record(to, Op::channel, [&] {
        put(to, r.id);
        put(to, r.schema);
        put(to, std::string_view(r.topic));
        put(to, std::string_view(r.encoding));
        put(to, r.metadata);
    });
}

void append(std::string& to, const Message& r) {
    record(to, Op::message, [&] {
        put(to, r.channel);
        put(to, r.sequence);
        put(to, r.logTime);
        put(to, r.publishTime);
        to += r.data;
    });
}

void append(std::string& to, const ChunkHead& r) {
    to += static_cast<char>(Op::chunk);
    put(to, std::uint64_t{r.bytes() + r.recordsSize});
    put(to, r.start);
    put(to, r.end);
    put(to, r.uncompressedSize);
    put(to, r.uncompressedCrc);
    put(to, std::string_view(r.compression));
    put(to, r.recordsSize);
}

void append(std::string& to, const MessageIndex& r) {
    record(to, Op::messageIndex, [&] {
        put(to, r.channel);
        putPairs(to, r.entries);
    });
}

void append(std::string& to, const ChunkIndex& r) {
    record(to, Op::chunkIndex, [&] {
        for (const auto number : {r.start, r.end, r.offset, r.length})
            put(to, number);
        putPairs(to, r.messageIndexes);
        put(to, r.messageIndexLength);
        put(to, std::string_view(r.compression));
        put(to, r.compressedSize);
        put(to, r.uncompressedSize);
    });
}

void append(std::string& to, const Attachment& r) {
    record(to, Op::attachment, [&] {
        const auto begin = to.size();
        put(to, r.logTime);
        put(to, r.createTime);
        put(to, std::string_view(r.name));
        put(to, std::string_view(r.mediaType));
        put(to, std::uint64_t{r.data.size()});
        to += r.data;
        put(to, crc32(std::string_view(to).substr(begin)));
    });
}

void append(std::string& to, const AttachmentIndex& r) {
    record(to, Op::attachmentIndex, [&] {
        for (const auto number : {r.offset, r.length, r.logTime, r.createTime, r.dataSize})
            put(to, number);
        put(to, std::string_view(r.name));
        put(to, std::string_view(r.mediaType));
    });
}

void append(std::string& to, const NamedMetadata& r) {
    record(to, Op::metadata, [&] {
        put(to, std::string_view(r.name));
        put(to, r.values);
    });
}

void append(std::string& to, const MetadataIndex& r) {
    record(to, Op::metadataIndex, [&] {
        put(to, r.offset);
        put(to, r.length);
        put(to, std::string_view(r.name));
    });
}

void append(std::string& to, const Statistics& r) {
    record(to, Op::statistics, [&] {
        put(to, r.messages);
        put(to, r.schemas);
        for (const auto number : {r.channels, r.attachments, r.metadata, r.chunks})
            put(to, number);
        put(to, r.start);
        put(to, r.end);
        put(to, static_cast<std::uint32_t>(r.byChannel.size() * 10));
        for (const auto& [channel, count] : r.byChannel) {
            put(to, channel);
            put(to, count);
        }
    });
}

void append(std::string& to, const SummaryOffset& r) {
    record(to, Op::summaryOffset, [&] {
        put(to, static_cast<std::uint8_t>(r.group));
        put(to, r.start);
        put(to, r.length);
    });
}

void append(std::string& to, const Footer& r) {
    record(to, Op::footer, [&] {
        put(to, r.summaryStart);
        put(to, r.summaryOffsetStart);
        put(to, r.summaryCrc);
    });
}

void appendDataEnd(std::string& to) {
    record(to, Op::dataEnd, [&] { put(to, std::uint32_t{0}); });
}

bool read(std::string_view content, Header& r) {
    return Fields(content).get(r.profile).get(r.library).ok();
}

bool read(std::string_view content, Schema& r) {
    return Fields(content).get(r.id).get(r.name).get(r.encoding).get(r.data).ok() && r.id != 0;
}

bool read(std::string_view content, Channel& r) {
    return Fields(content).get(r.id).get(r.schema).get(r.topic).get(r.encoding).get(r.metadata).ok();
}

bool read(std::string_view content, Message& r) {
    Fields fields(content);
    fields.get(r.channel).get(r.sequence).get(r.logTime).get(r.publishTime);
    r.data = fields.rest();
    return fields.ok();
}

bool read(std::string_view content, ChunkHead& r) {
    return Fields(content)
        .get(r.start)
        .get(r.end)
        .get(r.uncompressedSize)
        .get(r.uncompressedCrc)
        .get(r.compression)
        .get(r.recordsSize)
        .ok();
}

bool read(std::string_view content, MessageIndex& r) {
    return Fields(content).get(r.channel).get(r.entries).ok();
}

bool read(std::string_view content, ChunkIndex& r) {
    return Fields(content)
        .get(r.start)
        .get(r.end)
        .get(r.offset)
        .get(r.length)
        .get(r.messageIndexes)
        .get(r.messageIndexLength)
        .get(r.compression)
        .get(r.compressedSize)
        .get(r.uncompressedSize)
        .ok();
}

bool read(std::string_view content, Attachment& r) {
    Fields fields(content);
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    fields.get(r.logTime).get(r.createTime).get(r.name).get(r.mediaType).get(size);
    r.data = fields.take(size);
    const auto covered = content.size() - fields.rest().size();
    fields.get(crc);
    return fields.ok() && (crc == 0 || crc == crc32(content.substr(0, covered)));
}

bool read(std::string_view content, AttachmentIndex& r) {
    return Fields(content)
        .get(r.offset)
        .get(r.length)
        .get(r.logTime)
        .get(r.createTime)
        .get(r.dataSize)
        .get(r.name)
        .get(r.mediaType)
        .ok();
}

bool read(std::string_view content, NamedMetadata& r) {
    return Fields(content).get(r.name).get(r.values).ok();
}

bool read(std::string_view content, MetadataIndex& r) {
    return Fields(content).get(r.offset).get(r.length).get(r.name).ok();
}

bool read(std::string_view content, Statistics& r) {
    std::vector<std::pair<std::uint16_t, std::uint64_t>> byChannel;
    const bool ok = Fields(content)
                        .get(r.messages)
                        .get(r.schemas)
                        .get(r.channels)
                        .get(r.attachments)
                        .get(r.metadata)
                        .get(r.chunks)
                        .get(r.start)
                        .get(r.end)
                        .get(byChannel)
                        .ok();
    r.byChannel = {byChannel.begin(), byChannel.end()};
    return ok;
}

bool read(std::string_view content, Footer& r) {
    return Fields(content).get(r.summaryStart).get(r.summaryOffsetStart).get(r.summaryCrc).ok();
}

std::pair<Op, std::uint64_t> readRecordHead(std::string_view head) {
    std::uint8_t op = 0;
    std::uint64_t length = 0;
    Fields(head).get(op).get(length);
    return {static_cast<Op>(op), length};
}

std::optional<Record> takeRecord(std::string_view& bytes) {
    if (bytes.size() < kRecordHead) return std::nullopt;
    const auto [op, length] = readRecordHead(bytes);
    if (length > bytes.size() - kRecordHead) return std::nullopt;
    const Record record{op, bytes.substr(kRecordHead, static_cast<std::size_t>(length))};
    bytes.remove_prefix(kRecordHead + static_cast<std::size_t>(length));
    return record;
}

} // namespace surgescope::feeds::mcap
