// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap.h"
#include "feeds/util/file.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct ZSTD_CCtx_s;

namespace surgescope::feeds {

/// Writes an MCAP file: messages in compressed, indexed chunks. Messages go to *lanes*, each of which fills
/// chunks of its own, so that a reader can skip what it does not need.
///
/// What cannot be written is told by the call that met it and by every later one; the file then ends behind
/// its last whole record and stays readable. Without close() there is no summary, and readers scan. One
/// thread.
class McapWriter {
  public:
    struct Options {
        std::string profile;
        std::string library;
        std::vector<int> lanes{1};         // zstd level of each; 0: stored as it is
        std::size_t chunkBytes = 2U << 20; // uncompressed; a chunk is written when it has reached this
    };
    using Failure = std::optional<Error>;

    /// Makes the file anew and writes its head.
    static Result<std::unique_ptr<McapWriter>> create(const std::string& path, const Options& options);
    ~McapWriter();

    /// Definitions stand before all chunks they are used in, outside any, so that no damaged chunk takes them
    /// along.
    std::uint16_t addSchema(std::string name, std::string encoding, std::string data);
    std::uint16_t addChannel(std::uint16_t schema, std::string topic, std::string encoding,
                             mcap::Metadata metadata = {});

    Failure write(std::size_t lane, const mcap::Message& message);
    Failure write(const mcap::NamedMetadata& metadata);
    Failure write(const mcap::Attachment& attachment);

    /// Writes the lane's unfinished chunk, if it has messages.
    Failure flush(std::size_t lane);
    Failure flush();
    /// Through to the disk, as far as flushed.
    Failure sync();
    /// The rest, summary and footer. Nothing may be written after it.
    Failure close();

    /// Bytes in the file and in unfinished chunks.
    std::uint64_t size() const;
    const OutputFile& file() const { return m_file; }
    const mcap::Statistics& statistics() const { return m_statistics; }

  private:
    struct Lane {
        int level = 1;
        std::string records;
        std::uint64_t start = 0;
        std::uint64_t end = 0;
        std::map<std::uint16_t, mcap::IndexEntries> entries; // by channel
    };

    McapWriter(OutputFile file, const Options& options);
    Failure put(std::string_view bytes);
    Failure putChunk(Lane& lane);
    std::string_view compressed(const Lane& lane);

    OutputFile m_file;
    Failure m_failure;
    std::size_t m_chunkBytes;
    std::vector<Lane> m_lanes;
    std::unique_ptr<ZSTD_CCtx_s, std::size_t (*)(ZSTD_CCtx_s*)> m_zstd;
    std::string m_compressed;
    std::string m_bytes;
    // Of the summary, as records:
    std::string m_schemas;
    std::string m_channels;
    std::string m_chunkIndexes;
    std::string m_attachmentIndexes;
    std::string m_metadataIndexes;
    mcap::Statistics m_statistics;
};

} // namespace surgescope::feeds
