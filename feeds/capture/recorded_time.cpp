// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/recorded_time.h"

#include "feeds/wire/limits.h"

#include <chrono>
#include <cstdio>
#include <optional>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

/// HH:MM:SS, the hours of any length that makes sense.
std::optional<seconds> parseDuration(const std::string& text) {
    unsigned hours = 0;
    unsigned minutes = 0;
    unsigned secs = 0;
    int read = 0;
    if (std::sscanf(text.c_str(), "%4u:%2u:%2u%n", &hours, &minutes, &secs, &read) != 3 ||
        static_cast<std::size_t>(read) != text.size() || minutes > 59 || secs > 59)
        return std::nullopt;
    return std::chrono::hours(hours) + std::chrono::minutes(minutes) + seconds(secs);
}

std::optional<FeedSecond> parseIso(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int read = 0;
    if (std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &read) != 3 || read != 10 ||
        text.size() < 20 || (text[10] != 'T' && text[10] != ' ') || text.back() != 'Z')
        return std::nullopt;
    const auto date = std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day);
    const auto within = parseDuration(text.substr(11, text.size() - 12));
    if (!date.ok() || !within || *within >= std::chrono::days(1)) return std::nullopt;
    return std::chrono::sys_days(date) + *within;
}

} // namespace

Result<RecordedTime> parseRecordedTime(std::string_view text, const RecordingIndex& recording) {
    const Error wrong{
        "'" + std::string(text) +
        "' is no time: expected 2026-11-24T20:00:00Z, +00:10:00 from the beginning, -00:01:00 from "
        "the end, or T+00:10:00 from the release"};
    const bool ofRelease = text.starts_with('T');
    const std::string rest(ofRelease ? text.substr(1) : text);
    if (rest.empty()) return wrong;
    if (rest[0] == '+' || rest[0] == '-') {
        const auto duration = parseDuration(rest.substr(1));
        if (!duration) return wrong;
        const auto offset = rest[0] == '+' ? *duration : -*duration;
        if (!ofRelease) return (rest[0] == '+' ? recording.begin : recording.end) + offset;
        if (!recording.releaseAt)
            return Error{"'" + std::string(text) + "': this recording does not know when the release was"};
        return RecordedTime(*recording.releaseAt + offset);
    }
    const auto absolute = parseIso(rest);
    if (ofRelease || !absolute) return wrong;
    return RecordedTime(*absolute);
}

Result<FeedSecond> absoluteTime(std::string_view text) {
    const auto at = parseRecordedTime(text, {});
    // What it also takes needs a recording; and what is reported has no earlier times.
    if (!at || text.find('-') != 4 || *at < limits::kEarliest)
        return Error{"expected a time such as 2026-11-27T05:00:00Z, since 2020, got '" + std::string(text) +
                     "'"};
    return std::chrono::floor<std::chrono::seconds>(*at);
}

std::string isoText(FeedSecond second) {
    auto text = utcText(second);
    text[10] = 'T';
    return text + "Z";
}

std::string releaseText(FeedSecond second, FeedSecond release) {
    const auto since = second - release;
    const std::chrono::hh_mm_ss parts(since);
    char text[32];
    std::snprintf(text, sizeof text, "T%c%02d:%02d:%02d", since.count() < 0 ? '-' : '+',
                  static_cast<int>(parts.hours().count()), static_cast<int>(parts.minutes().count()),
                  static_cast<int>(parts.seconds().count()));
    return text;
}

std::string durationText(seconds duration) {
    const std::chrono::hh_mm_ss parts(duration);
    char text[32];
    std::snprintf(text, sizeof text, "%d:%02d:%02d", static_cast<int>(parts.hours().count()),
                  static_cast<int>(parts.minutes().count()), static_cast<int>(parts.seconds().count()));
    return text;
}

} // namespace surgescope::feeds
