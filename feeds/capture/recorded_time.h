// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recording_index.h"
#include "feeds/util/result.h"

#include <string>
#include <string_view>

/// Moments of a recording as people write them.
namespace surgescope::feeds {

/// A moment as written: 2026-11-24T20:00:00Z; +00:10:00 from the beginning; -00:01:00 from the end;
/// T+00:10:00 or T-00:01:00 from the release. Refused: another form, or T± when the release is not known.
/// What lies outside the recording is not refused.
Result<RecordedTime> parseRecordedTime(std::string_view text, const RecordingIndex& recording);

/// One that needs no recording: 2026-11-24T20:00:00Z. Refused: another form, and one before
/// limits::kEarliest.
Result<FeedSecond> absoluteTime(std::string_view text);

/// "2026-11-24T20:00:00Z"
std::string isoText(FeedSecond second);
/// "T+00:10:00", as parseRecordedTime() reads it.
std::string releaseText(FeedSecond second, FeedSecond release);
/// "8:00:00"
std::string durationText(std::chrono::seconds duration);

} // namespace surgescope::feeds
