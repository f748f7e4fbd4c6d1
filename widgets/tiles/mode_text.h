// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"

#include <QColor>
#include <QString>

namespace surgescope::widgets {

/// "LIVE", "REPLAY" or "REHEARSAL".
QString modeName(feeds::FeedMode mode);
/// "T+00:12:34", or "T−00:05:00" before the release; empty while there is none.
QString releaseClock(const feeds::Frame& frame);

/// What the badge says, and beside it what must be known of the data. Where the screen is in time and where
/// the data comes from are two things: a replay of a rehearsal says "REPLAY" and "simulated data".
struct ModeText {
    QString badge; // "LIVE", "42 s BEHIND LIVE", "REPLAY", "REHEARSAL"; "5 min BEHIND": the feed is not of
                   // now; "WAITING": nothing was ever heard, "SILENT": nothing any more
    QString words; // "simulated data", "recorded data, paused", "this machine's clock is synchronised"
    QColor badgeColour;
    QColor wordsColour;
    bool past = false; // the band across the top is broken: this is not now
};
ModeText modeText(const feeds::Frame& frame, const feeds::Timeline& timeline);

} // namespace surgescope::widgets
