// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace surgescope::app {

/// Writes lines to whoever reads them, and never waits for that: of a pipe whose reader has stopped reading
/// some lines are kept, and what comes beyond is dropped, whole lines only, and counted. One thread.
class LineWriter {
  public:
    static constexpr std::size_t kKeptBytes = 64U << 10;

    /// `path` "-" is standard output, whose own settings stay as they are. Refuses a file that cannot be
    /// written.
    static feeds::Result<std::unique_ptr<LineWriter>> open(const std::string& path);
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// `line` with its end. False when nothing can be written any more (disk full, reader gone).
    bool write(std::string_view line);
    /// Lines that there was no room for, so far.
    std::uint64_t dropped() const { return m_dropped; }

  private:
    enum class Kind : std::uint8_t { file, stream, socket };
    LineWriter(int descriptor, Kind kind) : m_descriptor(descriptor), m_kind(kind) {}
    /// As much of what is kept as is taken at once; false as write().
    bool flush();
    long put(std::string_view bytes) const;

    int m_descriptor;
    Kind m_kind;
    std::string m_kept; // whole lines, but for the first, which may have gone in part
    std::uint64_t m_dropped = 0;
};

} // namespace surgescope::app
