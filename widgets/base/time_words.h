// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/base/focus.h"

#include <QString>

#include <optional>
#include <vector>

namespace surgescope::widgets {

/// What times are said relative to.
struct TimeWords {
    TimeText text = TimeText::ago;
    bool localZone = false;               // of clock times; otherwise UTC
    bool live = true;                     // the newest second is now; of a replay or behind live it is not
    std::optional<feeds::FeedSecond> now; // the newest settled second
    std::optional<feeds::FeedSecond> release; // T-0; without it nothing is said relative to it
    bool operator==(const TimeWords&) const = default;

    /// How times can be said: since a release only if there is one.
    TimeText used() const { return text == TimeText::sinceRelease && !release ? TimeText::ago : text; }
    /// The same as said in a picture, which is looked at later: nothing is "ago" there.
    TimeWords lasting() const {
        TimeWords words = *this;
        if (used() == TimeText::ago) words.text = release ? TimeText::sinceRelease : TimeText::clock;
        return words;
    }
};

/// "5 m", "1 h 30 m"; where steps of an axis are not of whole minutes, all are "1:30" or "1:02:30".
QString spanText(std::int64_t seconds, std::int64_t step);

struct TimeTick {
    feeds::FeedSecond at{};
    QString text; // "−5 m", "now"; "T+5 m"; "05:12", "24 Nov"
    bool operator==(const TimeTick&) const = default;
};

/// Ticks at steps that are whole in the words used, at most `most` of them, oldest first.
std::vector<TimeTick> timeTicks(feeds::FeedSecond from, feeds::FeedSecond to, const TimeWords& words,
                                int most);

/// One moment in full, in UTC and since the release: "T+00:12:34   2026-11-24 05:12:34 UTC".
QString momentText(feeds::FeedSecond at, const TimeWords& words);

} // namespace surgescope::widgets
