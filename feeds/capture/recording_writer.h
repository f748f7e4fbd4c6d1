// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/known_rosters.h"
#include "feeds/capture/mcap_writer.h"
#include "feeds/wire/decode.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace surgescope::feeds {

/// Writes a recording of surgescope as CAPTURE.md has it: which channel and lane a message goes to, what else
/// a file must hold so that each can be understood alone. Time is the messages' log time. One thread.
class RecordingWriter {
  public:
    using Failure = McapWriter::Failure;

    /// Makes the file anew; refuses one that exists. `library`: program and version. `rosters`: those known
    /// when it begins, which it begins with; a recording in several files hands them on.
    static Result<std::unique_ptr<RecordingWriter>>
    create(const std::string& path, const std::string& library, KnownRosters rosters = KnownRosters{});

    /// A message as it was received at `logTime` (ns since 1970), one that RollupMaker made, or that a desk
    /// said.
    Failure write(std::uint64_t logTime, std::string_view topic, std::string_view payload);
    /// Writes the unfinished chunks of what was received: a process killed after it loses nothing before it.
    Failure flushReceived();
    Failure sync() { return m_writer->sync(); }
    /// `dropped`: messages that never reached this writer, so far. Written when it, or what the rosters known
    /// had no room for, has grown.
    Failure noteDropped(std::uint64_t dropped);
    /// The rest, a summary in words as an attachment, index and footer.
    Failure close();

    std::uint64_t size() const { return m_writer->size(); }
    const OutputFile& file() const { return m_writer->file(); }
    const KnownRosters& rosters() const { return m_rosters; }
    /// Messages that could not be given a channel, because too many odd topics came.
    std::uint64_t withoutChannel() const { return m_withoutChannel; }

  private:
    struct Target {
        std::uint16_t channel = 0;
        std::size_t lane = 0;
    };
    explicit RecordingWriter(std::unique_ptr<McapWriter> writer, KnownRosters rosters);
    void defineChannels();
    std::optional<Target> targetFor(std::string_view topic, std::string_view pop);
    Failure writeRosters(std::uint64_t logTime);
    Failure noteLaunch(const Global& global);
    Failure flushOld(std::uint64_t logTime);
    std::string summaryText() const;

    std::unique_ptr<McapWriter> m_writer;
    std::unordered_map<std::string, Target> m_targets; // by class, or by an odd topic
    std::vector<std::uint64_t> m_laneSince; // log time of the unfinished chunk's first message, or 0
    KnownRosters m_rosters;
    bool m_rostersHandedOn;          // and not received in this file: written at its very beginning
    std::uint64_t m_nextRosters = 0; // log time
    Decoder m_decoder;
    mcap::Metadata m_launch;
    std::uint64_t m_dropped = 0;   // as written
    std::uint64_t m_forgotten = 0; // the same
    std::uint64_t m_oddTopics = 0;
    std::uint64_t m_withoutChannel = 0;
};

} // namespace surgescope::feeds
