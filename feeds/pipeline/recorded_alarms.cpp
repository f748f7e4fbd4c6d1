// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/recorded_alarms.h"

#include "feeds/desk/said.h"

#include <algorithm>

namespace surgescope::feeds {

RecordedAlarms::RecordedAlarms(std::shared_ptr<const RecordingIndex> index) : m_index(std::move(index)) {
    AlarmBars bars;
    for (std::size_t i = 0; i < m_index->said.size(); ++i) {
        const auto& one = m_index->said[i];
        if (one.topic == said::kShown) {
            if (m_shown.empty())
                if (const auto first = said::readShown(one.payload))
                    for (const auto& card : first->status.alarms.cards)
                        bars.know(card);
            m_shown.push_back(i);
        } else if (one.topic == said::kChange) {
            if (auto change = said::readChange(one.payload)) {
                bars.take(*change);
                m_changes.emplace_back(one.at, std::move(change.value()));
            } else {
                ++m_unreadable;
            }
        } else if (const auto note = said::readNote(one.payload); !note || m_notes.take(*note)) {
            ++m_unreadable;
        }
    }
    m_bars = bars.all();
}

std::shared_ptr<const LiveStatus> RecordedAlarms::at(RecordedTime time) {
    const auto shown =
        std::ranges::upper_bound(m_shown, time, {}, [this](std::size_t i) { return m_index->said[i].at; });
    const auto changes = std::ranges::upper_bound(m_changes, time, {}, [](const auto& c) { return c.first; });
    const std::pair made{static_cast<std::size_t>(shown - m_shown.begin()),
                         static_cast<std::size_t>(changes - m_changes.begin())};
    if (m_given == made) return nullptr;
    m_given = made;
    LiveStatus status;
    if (made.first > 0) {
        if (auto read = said::readShown(m_index->said[m_shown[made.first - 1]].payload))
            status = std::move(read.value().status);
        else
            status.problem = "alarms of the recording: " + read.error();
    }
    status.judgedBy = LiveStatus::JudgedBy::recordingWall;
    status.changes = made.second;
    for (auto i = made.second - std::min(made.second, LiveStatus::kHistory); i < made.second; ++i)
        status.history.push_back(m_changes[i].second);
    return std::make_shared<const LiveStatus>(std::move(status));
}

} // namespace surgescope::feeds
