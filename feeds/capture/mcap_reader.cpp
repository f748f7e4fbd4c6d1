// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_reader.h"

#include "feeds/capture/mcap_budget.h"
#include "feeds/capture/mcap_damage.h"
#include "feeds/util/crc32.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using mcap::Op;
namespace bounds = mcap::limits;

constexpr std::uint64_t kLooseRun = 2U << 20; // bytes of messages outside chunks read at once
constexpr std::size_t kDamagesKept = 1'000;   // a hostile file may have one at every byte

std::uint64_t channelBit(std::uint16_t channel) {
    return std::uint64_t{1} << (channel % 64U);
}

} // namespace

McapReader::McapReader(InputFile file) : m_file(std::move(file)) {}
McapReader::~McapReader() = default;

Result<std::unique_ptr<McapReader>> McapReader::open(const std::string& path, Use use) {
    auto file = InputFile::open(path);
    if (!file) return Error{file.error()};
    return open(std::move(file.value()), use);
}

Result<std::unique_ptr<McapReader>> McapReader::open(InputFile file, Use use) {
    std::unique_ptr<McapReader> reader(new McapReader(std::move(file)));
    if (auto error = reader->readHeader()) return std::move(*error);
    reader->m_indexed = use == Use::summary && reader->readSummary();
    if (!reader->m_indexed) reader->scan();
    reader->boundWork();
    if (!reader->m_indexed) reader->learnDefinitions();
    return reader;
}

void McapReader::boundWork() {
    for (auto& [offset, why] : mcap::boundWork(m_parts, m_file.size()))
        damaged(offset, std::move(why));
}

std::optional<Error> McapReader::addFile(const std::string& path) {
    auto opened = open(path);
    if (!opened) return Error{opened.error()};
    auto& other = **opened;
    std::uint64_t foreign = 0; // bits of channels that are not ours
    for (const auto& channel : other.channels()) {
        const auto* known = this->channel(channel.id);
        if (!known)
            m_definitions.add(channel);
        else if (known->topic != channel.topic)
            foreign |= std::uint64_t{1} << (channel.id % 64);
    }
    m_more.push_back(std::move(other.m_file));
    for (auto part : other.m_parts) {
        part.file = static_cast<std::uint32_t>(m_more.size());
        part.channels &= ~foreign;
        m_parts.push_back(part);
    }
    for (const auto& damage : other.m_damage)
        damaged(damage.offset, path + ": " + damage.text);
    if (foreign != 0) damaged(0, path + ": some of its channels have other topics here and are left out");
    m_metadata.insert(m_metadata.end(), other.m_metadata.begin(), other.m_metadata.end());
    m_statistics.reset(); // they are of one file
    return std::nullopt;
}

void McapReader::damaged(std::uint64_t offset, std::string text) {
    const CaptureDamage damage{offset, std::move(text)};
    if (m_damage.size() < kDamagesKept && std::ranges::count(m_damage, damage) == 0)
        m_damage.push_back(damage);
}

std::optional<Error> McapReader::readHeader() {
    const auto& magic = mcap::kMagic;
    if (!m_file.read(0, magic.size(), m_stored) || !m_stored.starts_with(magic.substr(0, 5)))
        return Error{"'" + m_file.path() + "' is no MCAP file"};
    if (m_stored != magic)
        return Error{"'" + m_file.path() + "' is of an MCAP version that is not known here, expected 0"};
    m_dataStart = magic.size();
    if (!m_file.read(m_dataStart, mcap::kRecordHead, m_stored)) return std::nullopt; // torn right here
    const auto [op, length] = mcap::readRecordHead(m_stored);
    if (op != Op::header || length > bounds::kSmallRecord ||
        !m_file.read(m_dataStart + mcap::kRecordHead, length, m_stored) || !mcap::read(m_stored, m_header)) {
        damaged(m_dataStart, "the header cannot be read");
        return std::nullopt;
    }
    m_dataStart += mcap::kRecordHead + length;
    return std::nullopt;
}

// ---- by the summary

bool McapReader::readSummary() {
    const std::uint64_t tail = mcap::kRecordHead + mcap::kFooterBytes + mcap::kMagic.size();
    std::string bytes;
    mcap::Footer footer;
    if (m_file.size() < mcap::kMagic.size() + tail || !m_file.read(m_file.size() - tail, tail, bytes))
        return false;
    auto end = std::string_view(bytes);
    if (!end.ends_with(mcap::kMagic)) return false; // torn: the scan will say so
    const auto record = mcap::takeRecord(end);
    if (!record || record->op != Op::footer || !mcap::read(record->content, footer)) return false;
    if (footer.summaryStart == 0) return false;
    const auto footerAt = m_file.size() - tail;
    if (footer.summaryStart < mcap::kMagic.size() || footer.summaryStart > footerAt ||
        footerAt - footer.summaryStart > bounds::kSummaryBytes) {
        damaged(footerAt, "the footer points at no summary: the file is scanned instead");
        return false;
    }
    const auto covered = mcap::kRecordHead + mcap::kFooterBytes - sizeof footer.summaryCrc;
    const auto size = static_cast<std::size_t>(footerAt - footer.summaryStart);
    if (!m_file.read(footer.summaryStart, size + covered, bytes)) return false;
    const bool sound = footer.summaryCrc == 0 || crc32(bytes) == footer.summaryCrc;
    if (sound && takeSummary(std::string_view(bytes).substr(0, size))) return true;
    if (!sound) damaged(footer.summaryStart, "the summary's checksum is wrong: the file is scanned instead");
    m_definitions.clear();
    m_parts.clear();
    m_attachments.clear();
    m_metadata.clear();
    m_statistics.reset();
    return false;
}

bool McapReader::takeSummary(std::string_view bytes) {
    std::vector<mcap::MetadataIndex> metadata;
    while (!bytes.empty()) {
        const auto record = mcap::takeRecord(bytes);
        if (!record) return false;
        mcap::ChunkIndex chunk;
        mcap::AttachmentIndex attachment;
        mcap::MetadataIndex named;
        mcap::Statistics statistics;
        switch (record->op) {
        case Op::schema:
        case Op::channel: define(record->op, record->content); break;
        case Op::chunkIndex: {
            if (!mcap::read(record->content, chunk) || chunk.offset < mcap::kMagic.size() ||
                chunk.offset > m_file.size() || chunk.length > m_file.size() - chunk.offset ||
                m_parts.size() >= bounds::kChunks)
                return false;
            Part part{.offset = chunk.offset,
                      .length = chunk.length,
                      .start = chunk.start,
                      .end = chunk.end,
                      .uncompressed = chunk.uncompressedSize};
            if (part.uncompressed == 0) part.uncompressed = bounds::kRatio * part.length; // it does not tell
            if (!chunk.messageIndexes.empty()) part.channels = 0;
            for (const auto& [channel, offset] : chunk.messageIndexes)
                part.channels |= channelBit(channel);
            m_parts.push_back(part);
            break;
        }
        case Op::attachmentIndex:
            if (mcap::read(record->content, attachment)) m_attachments.push_back(std::move(attachment));
            break;
        case Op::metadataIndex:
            if (mcap::read(record->content, named)) metadata.push_back(std::move(named));
            break;
        case Op::statistics:
            if (mcap::read(record->content, statistics)) m_statistics = std::move(statistics);
            break;
        default: break;
        }
    }
    // Messages outside chunks are in no index, and neither is anything that is not counted.
    if (!m_statistics || (m_parts.empty() && m_statistics->messages > 0)) return false;
    std::ranges::sort(m_parts, {}, &Part::offset);
    if (!isPossible(metadata)) return false;
    for (const auto& index : metadata) {
        if (index.length > bounds::kSmallRecord || index.length < mcap::kRecordHead ||
            !m_file.read(index.offset, index.length, m_stored))
            continue;
        define(Op::metadata, std::string_view(m_stored).substr(mcap::kRecordHead));
    }
    return true;
}

bool McapReader::isPossible(const std::vector<mcap::MetadataIndex>& metadata) {
    // An index is small, and what it points at may be large: the same place named a thousand times is no
    // index.
    const auto no = [this](std::uint64_t offset, const char* what) {
        damaged(offset,
                std::string("the summary names ") + what + " twice here: the file is scanned instead");
        return false;
    };
    if (const auto overlap = mcap::overlapIn(m_parts)) return no(*overlap, "chunks");
    std::uint64_t left = m_file.size();
    for (const auto& index : metadata)
        if (index.length > left)
            return no(index.offset, "metadata");
        else
            left -= index.length;
    left = m_file.size();
    for (const auto& index : m_attachments)
        if (index.length > left)
            return no(index.offset, "attachments");
        else
            left -= index.length;
    return true;
}

void McapReader::define(Op op, std::string_view content) {
    using Added = mcap::Definitions::Added;
    mcap::NamedMetadata metadata;
    if (op == Op::metadata) {
        if (mcap::read(content, metadata)) m_metadata.push_back(std::move(metadata));
    } else if ((op == Op::schema && m_definitions.addSchema(content) == Added::noRoom) ||
               (op == Op::channel && m_definitions.addChannel(content) == Added::noRoom)) {
        damaged(0, "schemas and channels take more than " + std::to_string(bounds::kDefinitionBytes) +
                       " bytes: the rest of them is left out");
    }
}

// ---- by scanning

void McapReader::scan() {
    std::string bytes;
    std::uint64_t at = m_dataStart;
    bool dataEnded = false; // behind it there are copies of definitions, and no messages
    bool ended = false;
    while (at < m_file.size() && !ended) {
        const auto left = m_file.size() - at;
        if (left < mcap::kRecordHead || !m_file.read(at, mcap::kRecordHead, bytes)) {
            damaged(at, "torn off: the last " + mcap::bytesText(left) + " are no whole record");
            return;
        }
        const auto [op, length] = mcap::readRecordHead(bytes);
        const auto total = mcap::kRecordHead + length;
        if (const auto next = mcap::afterDamage(m_file, at, op)) {
            damaged(at, *next == m_file.size()
                            ? "torn off or damaged: the last " + mcap::bytesText(left) + " are lost"
                            : "damaged: " + mcap::bytesText(*next - at) + " are lost");
            at = *next;
            continue;
        }
        switch (op) {
        case Op::chunk: scanChunk(at, total); break;
        case Op::message:
            if (!dataEnded) scanLoose(at, total);
            break;
        case Op::messageIndex:
            // A chunk's message indexes say which channels are in it; enough of one is read to know its own.
            if (!m_parts.empty() && !m_parts.back().loose && m_file.read(at + mcap::kRecordHead, 2, bytes)) {
                auto& part = m_parts.back();
                const auto channel = static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) |
                                                                static_cast<unsigned char>(bytes[1]) << 8);
                part.channels =
                    (part.channels == ~std::uint64_t{0} ? 0 : part.channels) | channelBit(channel);
            }
            break;
        case Op::schema:
        case Op::channel:
        case Op::metadata:
            if (m_file.read(at + mcap::kRecordHead, length, bytes)) define(op, bytes);
            break;
        case Op::attachment: {
            mcap::Attachment attachment;
            if (m_file.read(at + mcap::kRecordHead, length, bytes) && mcap::read(bytes, attachment))
                m_attachments.push_back({at, total, attachment.logTime, attachment.createTime,
                                         attachment.data.size(), attachment.name, attachment.mediaType});
            else
                damaged(at, "an attachment is damaged: " + mcap::bytesText(total) + " are lost");
            break;
        }
        case Op::dataEnd: dataEnded = dataEnded || length == 4; break;
        case Op::footer: ended = true; break; // what follows is the closing magic
        default: break;                       // the summary: all in it was met already
        }
        at += total;
    }
    if (ended &&
        (!m_file.read(at, static_cast<std::size_t>(m_file.size() - at), bytes) || bytes != mcap::kMagic))
        damaged(at, "the closing magic is damaged or torn off");
    if (!ended && m_damage.empty()) damaged(m_file.size(), "the file was not closed: it has no footer");
}

void McapReader::scanChunk(std::uint64_t offset, std::uint64_t length) {
    if (m_parts.size() >= bounds::kChunks) return damaged(offset, "more chunks than can be kept");
    std::string bytes;
    mcap::ChunkHead head;
    if (m_file.read(offset + mcap::kRecordHead,
                    static_cast<std::size_t>(std::min<std::uint64_t>(length - mcap::kRecordHead, 64)),
                    bytes) &&
        mcap::read(bytes, head))
        m_parts.push_back({.offset = offset,
                           .length = length,
                           .start = head.start,
                           .end = head.end,
                           .uncompressed = head.uncompressedSize});
}

void McapReader::learnDefinitions() {
    // Other writers define channels in the chunks alone: those with channels unknown so far are looked into.
    std::uint64_t known = 0;
    for (const auto& channel : channels())
        known |= channelBit(channel.id);
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        if (m_parts[i].loose || (m_parts[i].channels & ~known) == 0) continue;
        static_cast<void>(read(m_parts[i], [](const mcap::Message&) {}));
        for (const auto& channel : channels())
            known |= channelBit(channel.id);
    }
}

void McapReader::scanLoose(std::uint64_t offset, std::uint64_t length) {
    std::string bytes;
    mcap::Message message;
    if (length < mcap::kRecordHead + mcap::kMessageHead ||
        !m_file.read(offset + mcap::kRecordHead, mcap::kMessageHead, bytes) || !mcap::read(bytes, message))
        return damaged(offset, "a message is too short to be one");
    const bool goesOn = !m_parts.empty() && m_parts.back().loose &&
                        m_parts.back().offset + m_parts.back().length == offset &&
                        m_parts.back().length + length <= kLooseRun;
    if (!goesOn)
        m_parts.push_back({.offset = offset,
                           .start = message.logTime,
                           .end = message.logTime,
                           .channels = 0,
                           .loose = true});
    auto& run = m_parts.back();
    run.length += length;
    run.uncompressed = run.length;
    run.start = std::min(run.start, message.logTime);
    run.end = std::max(run.end, message.logTime);
    run.channels |= channelBit(message.channel);
}

// ---- parts

std::optional<Error> McapReader::read(const Part& part, const Take& take) {
    return read(part, nullptr, m_records, take);
}

McapReader::Ahead McapReader::ahead(const Part& part, std::string records) {
    return m_readAhead.ask(fileOf(part), part, std::move(records));
}

std::optional<Error> McapReader::read(const Part& part, const Ahead& ahead, std::string& records,
                                      const Take& take) {
    const auto failed = [&](std::string text) {
        damaged(part.offset, text);
        return Error{"at byte " + std::to_string(part.offset) + ": " + text};
    };
    if (const auto error = ahead ? m_readAhead.read(*ahead, m_partReader, records)
                                 : m_partReader.read(fileOf(part), part, records))
        return failed(error->text);
    std::uint64_t undefined = 0;
    for (auto rest = std::string_view(records); !rest.empty();) {
        const auto record = mcap::takeRecord(rest);
        if (!record)
            return failed(mcap::bytesText(rest.size()) + " at the end of a chunk are no whole record");
        mcap::Message message;
        if (record->op != Op::message) {
            if (record->op != Op::metadata) define(record->op, record->content); // it has no place in a chunk
        } else if (!mcap::read(record->content, message)) {
            return failed("a message is too short to be one");
        } else if (!channel(message.channel)) {
            ++undefined;
        } else {
            take(message);
        }
    }
    if (undefined > 0)
        return failed(std::to_string(undefined) + " messages are of channels that are defined nowhere");
    return std::nullopt;
}

Result<mcap::Attachment> McapReader::read(const mcap::AttachmentIndex& index) {
    mcap::Attachment attachment;
    if (index.length > bounds::kAttachmentBytes + bounds::kSmallRecord)
        return Error{"attachment '" + index.name + "' is larger than " +
                     std::to_string(bounds::kAttachmentBytes) + " bytes"};
    if (!m_file.read(index.offset, static_cast<std::size_t>(index.length), m_stored))
        return Error{"attachment '" + index.name + "' cannot be read"};
    auto rest = std::string_view(m_stored);
    const auto record = mcap::takeRecord(rest);
    if (!record || record->op != Op::attachment || !mcap::read(record->content, attachment))
        return Error{"attachment '" + index.name + "' is damaged"};
    return attachment;
}

} // namespace surgescope::feeds
