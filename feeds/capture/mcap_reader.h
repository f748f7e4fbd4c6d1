// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap.h"
#include "feeds/capture/mcap_definitions.h"
#include "feeds/capture/mcap_part.h"
#include "feeds/capture/read_ahead.h"
#include "feeds/util/file.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// A part of the file that cannot be used: where it begins and, in one line, what is wrong and what is lost.
struct CaptureDamage {
    std::uint64_t offset = 0;
    std::string text;
    bool operator==(const CaptureDamage&) const = default;
};

/// Reads any MCAP file of version 0: chunked or not, with or without summary, stored or compressed with zstd
/// (lz4 is refused, chunk by chunk, in words). By the summary if there is a good one, otherwise by scanning
/// the record heads; either way memory holds the index and one chunk, never the file. Damage never ends the
/// reading: every whole chunk is found, and damage() tells what was not. What a file costs is bounded by its
/// size: chunks that claim to hold far more than they take are left out, and told. One thread.
class McapReader {
  public:
    using Part = mcap::Part;
    using Take = std::function<void(const mcap::Message&)>;
    using Ahead = std::shared_ptr<mcap::ReadAhead::Ticket>;

    enum class Use : std::uint8_t { summary, scan };

    /// Refuses what is no MCAP file of version 0. `use` scan: as if there were no summary.
    static Result<std::unique_ptr<McapReader>> open(const std::string& path, Use use = Use::summary);
    static Result<std::unique_ptr<McapReader>> open(InputFile file, Use use = Use::summary);
    ~McapReader();

    const mcap::Header& header() const { return m_header; }
    const std::vector<mcap::Schema>& schemas() const { return m_definitions.schemas(); }
    const std::vector<mcap::Channel>& channels() const { return m_definitions.channels(); }
    /// Null: not defined anywhere.
    const mcap::Channel* channel(std::uint16_t id) const { return m_definitions.channel(id); }
    const mcap::Schema* schema(std::uint16_t id) const { return m_definitions.schema(id); }
    /// Takes the parts of another file in as well: a capture that was written into several, as a recorder
    /// does. Channels are those of this file; what the other one holds of others is left out and told by
    /// damage(). Refused like open().
    std::optional<Error> addFile(const std::string& path);

    /// In the order of files, and in each file's.
    const std::vector<Part>& parts() const { return m_parts; }
    const std::vector<mcap::NamedMetadata>& metadata() const { return m_metadata; }
    const std::vector<mcap::AttachmentIndex>& attachments() const { return m_attachments; }
    const std::optional<mcap::Statistics>& statistics() const { return m_statistics; }
    /// Read by its summary and not by scanning.
    bool indexed() const { return m_indexed; }
    std::uint64_t size() const { return m_file.size(); }

    /// Hands over the part's messages in the file's order; each is valid during the call. An Error: the part
    /// cannot be used, or not all of it.
    std::optional<Error> read(const Part& part, const Take& take);
    /// Has a part that will be read soon uncompressed by another thread meanwhile. `records`: where to, for
    /// its memory.
    Ahead ahead(const Part& part, std::string records);
    /// The same as read(part, …), but the messages stay valid as long as `records` does. `ahead` may be null.
    std::optional<Error> read(const Part& part, const Ahead& ahead, std::string& records, const Take& take);
    Result<mcap::Attachment> read(const mcap::AttachmentIndex& attachment);
    /// Somebody cannot use a part, for this reason: damage() tells.
    void leftOut(const Part& part, std::string why) { damaged(part.offset, std::move(why)); }

    /// What was found so far: by opening, and by reading parts.
    const std::vector<CaptureDamage>& damage() const { return m_damage; }

  private:
    explicit McapReader(InputFile file);
    std::optional<Error> readHeader();
    bool readSummary();
    bool takeSummary(std::string_view bytes);
    bool isPossible(const std::vector<mcap::MetadataIndex>& metadata);
    void boundWork();
    void scan();
    void scanChunk(std::uint64_t offset, std::uint64_t length);
    void scanLoose(std::uint64_t offset, std::uint64_t length);
    void learnDefinitions();
    void define(mcap::Op op, std::string_view content);
    void damaged(std::uint64_t offset, std::string text);

    const InputFile& fileOf(const Part& part) const {
        return part.file == 0 ? m_file : m_more[part.file - 1];
    }

    InputFile m_file;
    std::deque<InputFile> m_more;  // which do not move
    std::uint64_t m_dataStart = 0; // behind the header
    bool m_indexed = false;
    mcap::Header m_header;
    mcap::Definitions m_definitions;
    std::vector<Part> m_parts;
    std::vector<mcap::NamedMetadata> m_metadata;
    std::vector<mcap::AttachmentIndex> m_attachments;
    std::optional<mcap::Statistics> m_statistics;
    std::vector<CaptureDamage> m_damage;
    mcap::PartReader m_partReader;
    std::string m_stored;  // a record as it stands in the file
    std::string m_records; // of a part
    mcap::ReadAhead m_readAhead;
};

} // namespace surgescope::feeds
