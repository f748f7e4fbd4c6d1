// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recording_writer.h"
#include "feeds/capture/remake.h"
#include "feeds/desk/note.h"
#include "feeds/wire/encode.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace surgescope::feeds {

/// A recording of messages that somebody received before: writes them, and what a recorder adds to them, made
/// anew. One thread.
class RemadeRecording final : private RollupMaker::Sink {
  public:
    /// Makes the file; refuses one that exists. `rosters`: those known when it begins. `library`: program and
    /// version. `catalogue` must outlive it.
    static Result<std::unique_ptr<RemadeRecording>> create(const std::string& path,
                                                           const std::string& library,
                                                           const PopCatalogue& catalogue,
                                                           const KnownRosters& rosters);

    /// A message, in the order of `logTime` (ns since 1970), when it was received. `publishTime`: the end of
    /// its interval, by its publisher.
    RecordingWriter::Failure write(std::uint64_t logTime, std::string_view topic, std::string_view payload,
                                   std::uint64_t publishTime);
    RecordingWriter::Failure write(const Note& note);
    RecordingWriter::Failure close();

  private:
    RemadeRecording(std::unique_ptr<RecordingWriter> writer, const PopCatalogue& catalogue)
        : m_writer(std::move(writer)), m_remake(catalogue, *this) {}
    void take(const Points& points) override;
    void take(const FleetRollup& rollup) override;
    void put(std::string_view topic, std::string_view payload);

    std::unique_ptr<RecordingWriter> m_writer;
    Remake m_remake;
    Encoder m_encoder;
    std::uint64_t m_logTime = 0;
    RecordingWriter::Failure m_failure;
};

} // namespace surgescope::feeds
