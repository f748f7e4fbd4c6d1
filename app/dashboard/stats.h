// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/util/result.h"

#include "widgets/base/paint_clock.h"
#include "widgets/base/picture_delay.h"

#include <cstdio>
#include <memory>
#include <string>

namespace surgescope::app {

/// Writes what the screen shows as one JSON object a line, for scripts and tests. GUI thread; written through
/// at once.
class StatsWriter {
  public:
    /// `path` "-" is standard output. Refuses a file that cannot be written.
    static feeds::Result<std::unique_ptr<StatsWriter>> open(const std::string& path);
    ~StatsWriter();
    StatsWriter(const StatsWriter&) = delete;
    StatsWriter& operator=(const StatsWriter&) = delete;

    /// False when writing failed (disk full, reader gone).
    bool write(const feeds::Frame& frame, const widgets::PaintTimes& paint,
               const widgets::PictureDelays& delays, double uptimeSeconds);

  private:
    explicit StatsWriter(std::FILE* file) : m_file(file) {}
    std::FILE* m_file;
};

} // namespace surgescope::app
