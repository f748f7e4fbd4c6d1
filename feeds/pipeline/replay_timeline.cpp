// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/replay_timeline.h"

#include <string>

namespace surgescope::feeds {

void writeReplay(const replay::Status& status, Timeline& timeline) {
    timeline.position = status.position;
    timeline.speed = status.speed;
    timeline.paused = status.paused;
    timeline.atEnd = status.atEnd;
    if (status.loop) timeline.loop = {{status.loop->first, status.loop->second}};
    if (!status.recording) return;
    const auto& recording = *status.recording;
    for (const auto& gap : recording.gaps)
        timeline.gaps.push_back({gap.from, gap.to});
    if (timeline.mode != Timeline::Mode::replay) return;
    timeline.empty = false;
    timeline.recording.dropped = recording.dropped;
    timeline.begin = recording.begin;
    timeline.end = recording.end;
    timeline.releaseAt = recording.releaseAt;
    timeline.overviewStep = recording.overviewStep;
    timeline.overview = recording.overview;
    for (const auto& event : recording.events)
        timeline.events.push_back({event.header.intervalEnd, std::string(nameOf(event.kind)), event.text});
}

} // namespace surgescope::feeds
