// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/capture/recording_index.h"
#include "feeds/desk/alarm_bars.h"
#include "feeds/desk/note.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// What a recording tells of alarms and notes: what was on the wall then, whatever the rules are today. One
/// thread.
class RecordedAlarms {
  public:
    explicit RecordedAlarms(std::shared_ptr<const RecordingIndex> index);

    /// False: nobody judged while it was recorded.
    bool wereJudged() const { return !m_shown.empty(); }
    /// As it was at a moment; null: as it was given last.
    std::shared_ptr<const LiveStatus> at(RecordedTime time);
    /// Of the whole recording.
    const std::vector<AlarmBar>& bars() const { return m_bars; }
    const Notes& notes() const { return m_notes; }
    /// All, as they came, with when they were recorded.
    const std::vector<std::pair<RecordedTime, Transition>>& changes() const { return m_changes; }
    /// Messages of it that could not be read.
    std::size_t unreadable() const { return m_unreadable; }

  private:
    std::shared_ptr<const RecordingIndex> m_index;
    std::vector<std::size_t> m_shown; // in m_index->said
    std::vector<std::pair<RecordedTime, Transition>> m_changes;
    std::vector<AlarmBar> m_bars;
    Notes m_notes;
    std::size_t m_unreadable = 0;
    std::optional<std::pair<std::size_t, std::size_t>> m_given; // how many shown and changes it was made of
};

} // namespace surgescope::feeds
