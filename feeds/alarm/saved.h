// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/alarm.h"
#include "feeds/alarm/cards.h"
#include "feeds/alarm/flood.h"
#include "feeds/util/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Alarms that are not normal, by subject: the code of a PoP or region, the name of a publisher; of the
/// world, the feed and the recorder: empty.
using AlarmsOfRule = std::map<std::string, Alarm, std::less<>>;

/// What outlives a restart or a seek.
struct SavedAlarms {
    std::map<std::string, AlarmsOfRule> alarms; // by rule
    Cards::Memory cards;
    std::optional<FeedSecond> begun;  // the first settled second that was judged
    std::optional<FeedSecond> judged; // the newest
    std::optional<FeedSecond> now;    // the same, or the newest tick
    std::optional<FeedSecond> releaseAt;
    Verdict verdict = Verdict::fine;
    std::optional<FeedSecond> verdictSince;
    Flood flood;
    bool operator==(const SavedAlarms&) const = default;
};

std::string bytesOf(const SavedAlarms& saved);
/// An Error: these are no such bytes, or of another version.
Result<SavedAlarms> readSaved(std::string_view bytes);

} // namespace surgescope::feeds
