// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// MCAP version 0 as its public specification (mcap.dev/spec) has it: the constants and records that writer
/// and reader share. Times are nanoseconds since 1970; whole numbers are little-endian.
namespace surgescope::feeds::mcap {

inline constexpr std::string_view kMagic{"\x89MCAP0\r\n", 8};

enum class Op : std::uint8_t {
    header = 0x01,
    footer = 0x02,
    schema = 0x03,
    channel = 0x04,
    message = 0x05,
    chunk = 0x06,
    messageIndex = 0x07,
    chunkIndex = 0x08,
    attachment = 0x09,
    attachmentIndex = 0x0A,
    statistics = 0x0B,
    metadata = 0x0C,
    metadataIndex = 0x0D,
    summaryOffset = 0x0E,
    dataEnd = 0x0F,
};

inline constexpr std::string_view kZstd = "zstd";
inline constexpr std::size_t kRecordHead = 9;   // opcode and length, before every record's content
inline constexpr std::size_t kFooterBytes = 20; // its content
inline constexpr std::size_t kMessageHead = 22; // its content before the data

/// Bounds on what a file may ask a reader to hold. Checked before anything is allocated.
namespace limits {
inline constexpr std::uint64_t kChunkBytes = 64U << 20;    // compressed, and again uncompressed
inline constexpr std::uint64_t kSummaryBytes = 512U << 20; // a file of weeks
inline constexpr std::uint64_t kSmallRecord = 16U << 20;   // header, schema, channel, metadata, indexes
inline constexpr std::uint64_t kAttachmentBytes = 64U << 20;
inline constexpr std::size_t kChunks = 8'000'000;            // kept in the index
inline constexpr std::uint64_t kDefinitionBytes = 64U << 20; // all schemas and channels

// What a file may make a reader do, in proportion to its size: chunks of ours are uncompressed to 2 to 30
// times their size, those of a fleet that says the same every second to some hundred, and bombs to 30,000.
inline constexpr std::uint64_t kRatio = 100;
inline constexpr std::uint64_t kFreeBytes = 64U << 20;  // beside that
inline constexpr std::uint64_t kOpenBytes = 256U << 20; // of chunks that overlap in time, held at once
} // namespace limits

using Metadata = std::map<std::string, std::string>;
using Offsets = std::vector<std::pair<std::uint16_t, std::uint64_t>>;      // by channel
using IndexEntries = std::vector<std::pair<std::uint64_t, std::uint64_t>>; // log time, offset in the chunk

struct Header {
    std::string profile;
    std::string library;
};

struct Schema {
    std::uint16_t id = 0;
    std::string name;
    std::string encoding;
    std::string data;
    bool operator==(const Schema&) const = default;
};

struct Channel {
    std::uint16_t id = 0;
    std::uint16_t schema = 0; // 0: none
    std::string topic;
    std::string encoding;
    Metadata metadata;
    bool operator==(const Channel&) const = default;
};

/// `data` is a view into whatever the message was read from or is written from.
struct Message {
    std::uint16_t channel = 0;
    std::uint32_t sequence = 0;
    std::uint64_t logTime = 0;
    std::uint64_t publishTime = 0;
    std::string_view data;
};

/// A chunk record but for the records in it, which follow this head to the end of its content.
struct ChunkHead {
    std::uint64_t start = 0; // log time of the earliest message
    std::uint64_t end = 0;
    std::uint64_t uncompressedSize = 0;
    std::uint32_t uncompressedCrc = 0; // 0: not known
    std::string compression;           // "": none
    std::uint64_t recordsSize = 0;

    std::size_t bytes() const { return 8 + 8 + 8 + 4 + 4 + compression.size() + 8; }
};

struct MessageIndex {
    std::uint16_t channel = 0;
    IndexEntries entries;
};

struct ChunkIndex {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0; // of the chunk record in the file
    std::uint64_t length = 0; // of the whole record
    Offsets messageIndexes;
    std::uint64_t messageIndexLength = 0;
    std::string compression;
    std::uint64_t compressedSize = 0;
    std::uint64_t uncompressedSize = 0;
};

struct Attachment {
    std::uint64_t logTime = 0;
    std::uint64_t createTime = 0;
    std::string name;
    std::string mediaType;
    std::string data;
};

struct AttachmentIndex {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t logTime = 0;
    std::uint64_t createTime = 0;
    std::uint64_t dataSize = 0;
    std::string name;
    std::string mediaType;
};

struct NamedMetadata {
    std::string name;
    Metadata values;
    bool operator==(const NamedMetadata&) const = default;
};

struct MetadataIndex {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::string name;
};

struct Statistics {
    std::uint64_t messages = 0;
    std::uint16_t schemas = 0;
    std::uint32_t channels = 0;
    std::uint32_t attachments = 0;
    std::uint32_t metadata = 0;
    std::uint32_t chunks = 0;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::map<std::uint16_t, std::uint64_t> byChannel;
};

struct SummaryOffset {
    Op group{};
    std::uint64_t start = 0;
    std::uint64_t length = 0;
};

struct Footer {
    std::uint64_t summaryStart = 0;       // 0: no summary
    std::uint64_t summaryOffsetStart = 0; // 0: none
    std::uint32_t summaryCrc = 0;         // 0: not known
};

/// Each appends one whole record.
void append(std::string& to, const Header& record);
void append(std::string& to, const Schema& record);
void append(std::string& to, const Channel& record);
void append(std::string& to, const Message& record);
void append(std::string& to, const MessageIndex& record);
void append(std::string& to, const ChunkIndex& record);
void append(std::string& to, const Attachment& record);
void append(std::string& to, const AttachmentIndex& record);
void append(std::string& to, const NamedMetadata& record);
void append(std::string& to, const MetadataIndex& record);
void append(std::string& to, const Statistics& record);
void append(std::string& to, const SummaryOffset& record);
void append(std::string& to, const Footer& record);
void appendDataEnd(std::string& to);
/// The chunk record up to where its records begin; the caller appends those.
void append(std::string& to, const ChunkHead& head);

/// Each reads a record's content; false when it does not hold what it must. Bytes behind the known fields are
/// ignored, as the specification asks.
[[nodiscard]] bool read(std::string_view content, Header& record);
[[nodiscard]] bool read(std::string_view content, Schema& record);
[[nodiscard]] bool read(std::string_view content, Channel& record);
[[nodiscard]] bool read(std::string_view content, Message& record);
[[nodiscard]] bool read(std::string_view content, MessageIndex& record);
[[nodiscard]] bool read(std::string_view content, ChunkIndex& record);
[[nodiscard]] bool read(std::string_view content, AttachmentIndex& record);
[[nodiscard]] bool read(std::string_view content, NamedMetadata& record);
[[nodiscard]] bool read(std::string_view content, MetadataIndex& record);
[[nodiscard]] bool read(std::string_view content, Statistics& record);
[[nodiscard]] bool read(std::string_view content, Footer& record);
/// Also checks the CRC, if there is one.
[[nodiscard]] bool read(std::string_view content, Attachment& record);
/// `content` may end where the chunk's records begin.
[[nodiscard]] bool read(std::string_view content, ChunkHead& head);

/// The opcode and content of the record that `bytes` begin with, taken off them; nothing when they do not
/// hold a whole record.
struct Record {
    Op op{};
    std::string_view content;
};
std::optional<Record> takeRecord(std::string_view& bytes);

/// Opcode and length of a record from its first kRecordHead bytes.
std::pair<Op, std::uint64_t> readRecordHead(std::string_view head);

} // namespace surgescope::feeds::mcap
