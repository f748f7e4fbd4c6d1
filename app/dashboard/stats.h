// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"
#include "feeds/util/result.h"

#include "app/line_writer.h"
#include "widgets/base/paint_clock.h"
#include "widgets/base/picture_delay.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace surgescope::app {

/// Writes what the screen shows as one JSON object a line, for scripts and tests. GUI thread, which it never
/// makes wait: lines that nobody reads are dropped, and the next one that goes out tells how many
/// (stats_lines_dropped).
class StatsWriter {
  public:
    /// `path` "-" is standard output. Refuses a file that cannot be written.
    static feeds::Result<std::unique_ptr<StatsWriter>> open(const std::string& path);

    /// False when writing failed (disk full, reader gone).
    /// `status`: null: nothing was judged yet. `failure`: that is told to people just now; empty: none.
    bool write(const feeds::Frame& frame, const feeds::Timeline& timeline, const feeds::LiveStatus* status,
               std::string_view failure, const widgets::PaintTimes& paint,
               const widgets::PictureDelays& delays, double uptimeSeconds);

  private:
    explicit StatsWriter(std::unique_ptr<LineWriter> lines) : m_lines(std::move(lines)) {}
    std::unique_ptr<LineWriter> m_lines;
};

} // namespace surgescope::app
