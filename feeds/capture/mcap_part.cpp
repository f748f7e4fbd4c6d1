// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_part.h"

#include "feeds/util/crc32.h"

#include <zstd.h>

namespace surgescope::feeds::mcap {

std::string bytesText(std::uint64_t bytes) {
    return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

PartReader::PartReader() : m_zstd(ZSTD_createDCtx(), ZSTD_freeDCtx) {}
PartReader::~PartReader() = default;

std::optional<Error> PartReader::read(const InputFile& file, const Part& part, std::string& records,
                                      std::uint64_t most) {
    if (!part.loose) return readChunk(file, part, records, most);
    if (part.length <= most && file.read(part.offset, static_cast<std::size_t>(part.length), records))
        return std::nullopt;
    return Error{"messages cannot be read: " + bytesText(part.length) + " are lost"};
}

std::optional<Error> PartReader::readChunk(const InputFile& file, const Part& part, std::string& records,
                                           std::uint64_t most) {
    const auto lost = [&](const std::string& why) {
        return Error{"a chunk " + why + ": " + bytesText(part.length) + " are lost"};
    };
    ChunkHead head;
    if (part.length > most + limits::kSmallRecord)
        return lost("is larger than " + std::to_string(most) + " bytes");
    if (!file.read(part.offset, static_cast<std::size_t>(part.length), m_stored))
        return lost("cannot be read");
    auto rest = std::string_view(m_stored);
    const auto record = takeRecord(rest);
    if (!record || record->op != Op::chunk || !mcap::read(record->content, head) ||
        head.recordsSize != record->content.size() - head.bytes())
        return lost("is not where the index says, or its head is damaged");
    if (head.uncompressedSize <= most && head.uncompressedSize > part.uncompressed)
        return lost("claims " + bytesText(head.uncompressedSize) + " uncompressed, expected " +
                    std::to_string(part.uncompressed) + " as the index says");
    if (auto error = unpack(head, record->content.substr(head.bytes()), records, most))
        return lost(error->text);
    if (head.uncompressedCrc != 0 && crc32(records) != head.uncompressedCrc)
        return lost("has a wrong checksum");
    return std::nullopt;
}

std::optional<Error> PartReader::unpack(const ChunkHead& head, std::string_view stored, std::string& records,
                                        std::uint64_t most) {
    if (head.uncompressedSize > most)
        return Error{"claims " + bytesText(head.uncompressedSize) + " uncompressed, expected at most " +
                     std::to_string(most)};
    if (head.compression.empty()) {
        if (stored.size() != head.uncompressedSize) return Error{"is not as long as it says"};
        records = stored;
        return std::nullopt;
    }
    if (head.compression != kZstd)
        return Error{"is compressed with '" + head.compression.substr(0, 16) +
                     "', which is not supported here (zstd or none is)"};
    records.resize(static_cast<std::size_t>(head.uncompressedSize));
    const auto size =
        ZSTD_decompressDCtx(m_zstd.get(), records.data(), records.size(), stored.data(), stored.size());
    if (ZSTD_isError(size) || size != records.size()) return Error{"cannot be decompressed"};
    return std::nullopt;
}

} // namespace surgescope::feeds::mcap
