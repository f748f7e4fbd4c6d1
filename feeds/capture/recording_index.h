// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap_reader.h"
#include "feeds/model/feed_time.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// A moment of a recording as the wall showed it: its settled second, with parts of a second between two.
using RecordedTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// What can be known of a recording without reading it all: what a timeline shows. Times are as the wall
/// showed them. Immutable once made.
struct RecordingIndex {
    struct Gap {
        RecordedTime from{};
        RecordedTime to{};
        bool operator==(const Gap&) const = default;
    };
    /// A point of the overview curve ends at `begin + (i + 1) × step`.
    static constexpr std::size_t kOverviewPoints = 600;

    RecordedTime begin{};
    RecordedTime end{};
    std::string scenario;
    std::optional<FeedSecond> releaseAt; // T-0
    std::vector<Event> events;           // by time
    std::vector<Gap> gaps;               // stretches of more than two seconds in which nothing was received
    std::chrono::seconds overviewStep{1};
    std::vector<float> overview; // requests per second of the world; NaN: nothing known
    /// What the desk said, by time: undecoded, at most kMostSaid and kMostSaidBytes of it, the newest.
    struct Said {
        RecordedTime at{};
        std::string topic; // as in feeds/desk/said.h
        std::string payload;
    };
    static constexpr std::size_t kMostSaid = 100'000;
    static constexpr std::size_t kMostSaidBytes = 64U << 20U;
    std::deque<Said> said;
    std::uint64_t dropped = 0; // messages that the recorder had no room for
    bool continues = false; // it begins with the rosters of a recording before it, or of which it is a part

    /// When, in log time, the wall showed this moment. Straight between what is known.
    std::uint64_t logTimeAt(RecordedTime time) const;
    RecordedTime timeAt(std::uint64_t logTime) const;
    /// Seconds of the launch that were received in a second: 1, or what a simulation in fast motion made of
    /// it.
    double pace() const;

    /// Log time and what was shown then, both rising: at each minute, at begin and end.
    std::vector<std::pair<std::uint64_t, RecordedTime>> marks;
};

/// Reads index chunks, events and points; some hundred kilobytes a recorded hour.
RecordingIndex indexOf(McapReader& reader);

} // namespace surgescope::feeds
