// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_writer.h"

#include "feeds/util/crc32.h"

#include <algorithm>
#include <utility>
#include <zstd.h>

namespace surgescope::feeds {

McapWriter::McapWriter(OutputFile file, const Options& options)
    : m_file(std::move(file)), m_chunkBytes(options.chunkBytes), m_zstd(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    for (const int level : options.lanes)
        m_lanes.emplace_back().level = level;
}

McapWriter::~McapWriter() = default;

Result<std::unique_ptr<McapWriter>> McapWriter::create(const std::string& path, const Options& options) {
    auto file = OutputFile::create(path);
    if (!file) return Error{file.error()};
    UnfinishedFile unfinished(path);
    std::unique_ptr<McapWriter> writer(new McapWriter(std::move(file.value()), options));
    std::string head(mcap::kMagic);
    append(head, mcap::Header{options.profile, options.library});
    if (auto failure = writer->put(head)) return std::move(*failure);
    unfinished.finish();
    return writer;
}

McapWriter::Failure McapWriter::put(std::string_view bytes) {
    if (!m_failure) m_failure = m_file.append(bytes);
    return m_failure;
}

std::uint16_t McapWriter::addSchema(std::string name, std::string encoding, std::string data) {
    const mcap::Schema schema{++m_statistics.schemas, std::move(name), std::move(encoding), std::move(data)};
    m_bytes.clear();
    append(m_bytes, schema);
    m_schemas += m_bytes;
    put(m_bytes);
    return schema.id;
}

std::uint16_t McapWriter::addChannel(std::uint16_t schema, std::string topic, std::string encoding,
                                     mcap::Metadata metadata) {
    const mcap::Channel channel{static_cast<std::uint16_t>(++m_statistics.channels), schema, std::move(topic),
                                std::move(encoding), std::move(metadata)};
    m_bytes.clear();
    append(m_bytes, channel);
    m_channels += m_bytes;
    put(m_bytes);
    return channel.id;
}

McapWriter::Failure McapWriter::write(std::size_t laneIndex, const mcap::Message& message) {
    if (m_failure) return m_failure;
    auto& lane = m_lanes[laneIndex];
    const bool first = lane.records.empty();
    lane.start = first ? message.logTime : std::min(lane.start, message.logTime);
    lane.end = first ? message.logTime : std::max(lane.end, message.logTime);
    lane.entries[message.channel].emplace_back(message.logTime, lane.records.size());
    append(lane.records, message);

    auto& s = m_statistics;
    s.start = s.messages == 0 ? message.logTime : std::min(s.start, message.logTime);
    s.end = std::max(s.end, message.logTime);
    ++s.messages;
    ++s.byChannel[message.channel];
    return lane.records.size() >= m_chunkBytes ? putChunk(lane) : std::nullopt;
}

std::string_view McapWriter::compressed(const Lane& lane) {
    if (lane.level == 0) return lane.records;
    m_compressed.resize(ZSTD_compressBound(lane.records.size()));
    const auto size = ZSTD_compressCCtx(m_zstd.get(), m_compressed.data(), m_compressed.size(),
                                        lane.records.data(), lane.records.size(), lane.level);
    return {m_compressed.data(), size}; // into a buffer of the bound's size this cannot fail
}

McapWriter::Failure McapWriter::putChunk(Lane& lane) {
    const auto records = compressed(lane);
    const mcap::ChunkHead head{.start = lane.start,
                               .end = lane.end,
                               .uncompressedSize = lane.records.size(),
                               .uncompressedCrc = crc32(lane.records),
                               .compression = std::string(lane.level == 0 ? "" : mcap::kZstd),
                               .recordsSize = records.size()};
    m_bytes.clear();
    append(m_bytes, head);
    m_bytes += records;
    mcap::ChunkIndex index{.start = head.start,
                           .end = head.end,
                           .offset = m_file.size(),
                           .length = m_bytes.size(),
                           .compression = head.compression,
                           .compressedSize = head.recordsSize,
                           .uncompressedSize = head.uncompressedSize};
    for (const auto& [channel, entries] : lane.entries) {
        if (entries.empty()) continue;
        index.messageIndexes.emplace_back(channel, index.offset + m_bytes.size());
        append(m_bytes, mcap::MessageIndex{channel, entries});
    }
    index.messageIndexLength = m_bytes.size() - index.length;
    lane.records.clear();
    for (auto& [channel, entries] : lane.entries)
        entries.clear();
    if (auto failure = put(m_bytes)) return failure;
    append(m_chunkIndexes, index);
    ++m_statistics.chunks;
    return std::nullopt;
}

McapWriter::Failure McapWriter::write(const mcap::NamedMetadata& metadata) {
    const auto offset = m_file.size();
    m_bytes.clear();
    append(m_bytes, metadata);
    if (auto failure = put(m_bytes)) return failure;
    append(m_metadataIndexes, mcap::MetadataIndex{offset, m_bytes.size(), metadata.name});
    ++m_statistics.metadata;
    return std::nullopt;
}

McapWriter::Failure McapWriter::write(const mcap::Attachment& attachment) {
    const auto offset = m_file.size();
    m_bytes.clear();
    append(m_bytes, attachment);
    if (auto failure = put(m_bytes)) return failure;
    append(m_attachmentIndexes,
           mcap::AttachmentIndex{offset, m_bytes.size(), attachment.logTime, attachment.createTime,
                                 attachment.data.size(), attachment.name, attachment.mediaType});
    ++m_statistics.attachments;
    return std::nullopt;
}

McapWriter::Failure McapWriter::flush(std::size_t lane) {
    if (m_failure || m_lanes[lane].records.empty()) return m_failure;
    return putChunk(m_lanes[lane]);
}

McapWriter::Failure McapWriter::flush() {
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane)
        if (auto failure = flush(lane)) return failure;
    return m_failure;
}

McapWriter::Failure McapWriter::sync() {
    if (!m_failure) m_failure = m_file.sync();
    return m_failure;
}

McapWriter::Failure McapWriter::close() {
    if (auto failure = flush()) return failure;
    std::string dataEnd;
    mcap::appendDataEnd(dataEnd);
    const std::uint64_t summaryStart = m_file.size() + dataEnd.size();
    std::string statistics;
    append(statistics, m_statistics);
    std::string summary;
    std::string offsets;
    const std::pair<mcap::Op, const std::string*> groups[] = {
        {mcap::Op::schema, &m_schemas},
        {mcap::Op::channel, &m_channels},
        {mcap::Op::statistics, &statistics},
        {mcap::Op::chunkIndex, &m_chunkIndexes},
        {mcap::Op::attachmentIndex, &m_attachmentIndexes},
        {mcap::Op::metadataIndex, &m_metadataIndexes},
    };
    for (const auto& [op, records] : groups) {
        if (records->empty()) continue;
        append(offsets, mcap::SummaryOffset{op, summaryStart + summary.size(), records->size()});
        summary += *records;
    }
    mcap::Footer footer{summaryStart, summaryStart + summary.size(), 0};
    summary += offsets;
    // The CRC covers the footer, too, up to the CRC itself.
    std::string end;
    append(end, footer);
    footer.summaryCrc =
        crc32(std::string_view(end).substr(0, end.size() - sizeof footer.summaryCrc), crc32(summary));
    append(summary, footer);
    summary += mcap::kMagic;
    if (auto failure = put(dataEnd + summary)) return failure;
    return sync();
}

std::uint64_t McapWriter::size() const {
    std::uint64_t size = m_file.size();
    for (const auto& lane : m_lanes)
        size += lane.records.size();
    return size;
}

} // namespace surgescope::feeds
