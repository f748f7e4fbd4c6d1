// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap.h"
#include "feeds/util/file.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ZSTD_DCtx_s;

namespace surgescope::feeds::mcap {

/// A chunk, or a run of messages that stand outside chunks.
struct Part {
    std::uint64_t offset = 0; // of the chunk record, or of the run's first record
    std::uint64_t length = 0; // of the whole record, or of the run
    std::uint64_t start = 0;  // log time of the earliest message, as the file says
    std::uint64_t end = 0;
    std::uint64_t channels = ~std::uint64_t{0}; // bit id % 64: may hold messages of that channel
    bool loose = false;                         // a run outside chunks
    std::uint32_t file = 0;                     // of a capture in several files
    std::uint64_t uncompressed = 0;             // bytes of its records, as the file says
};

/// "1 byte", "2 bytes".
std::string bytesText(std::uint64_t bytes);

/// Takes the records of a part out of its file, uncompressed and checked. One thread at a time, each with a
/// reader of its own.
class PartReader {
  public:
    PartReader();
    ~PartReader();

    /// An Error says in words what is lost, and `records` holds anything. Refuses what takes or claims more
    /// bytes than `most`.
    std::optional<Error> read(const InputFile& file, const Part& part, std::string& records,
                              std::uint64_t most = limits::kChunkBytes);

  private:
    std::optional<Error> readChunk(const InputFile& file, const Part& part, std::string& records,
                                   std::uint64_t most);
    std::optional<Error> unpack(const ChunkHead& head, std::string_view stored, std::string& records,
                                std::uint64_t most);

    std::unique_ptr<ZSTD_DCtx_s, std::size_t (*)(ZSTD_DCtx_s*)> m_zstd;
    std::string m_stored; // the record as it stands in the file
};

} // namespace surgescope::feeds::mcap
