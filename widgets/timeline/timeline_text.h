// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/timeline/timeline_scale.h"

#include <QColor>
#include <QString>

namespace surgescope::widgets {

/// "8×", "0.1×", "max".
QString speedText(double speed);

/// How far what is gone to is open: "reading what is kept, 40 %".
QString openingText(const feeds::Timeline& timeline);

/// What becomes of the launch on disk: two lines.
struct RecordingText {
    QString first;
    QString second;
    QColor firstColour;
    QColor secondColour;
    bool failed = false;
};
RecordingText recordingText(const feeds::Timeline& timeline);
/// The same in full: path, reason, queue. Rich text.
QString recordingTooltip(const feeds::Timeline& timeline);

/// "T+00:12:34" (nothing without a release) and "2026-11-23 05:12:34 UTC".
QString sinceReleaseAt(const feeds::Timeline& timeline, TimelineTime at);
QString utcAt(TimelineTime at);

/// What the pointer is over: both clocks, requests/s, and the events not farther away than `reach`. Rich
/// text.
QString timelineTooltip(const feeds::Timeline& timeline, TimelineTime at, std::chrono::milliseconds reach);

} // namespace surgescope::widgets
