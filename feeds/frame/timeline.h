// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/desk/alarm_bars.h"
#include "feeds/desk/note.h"
#include "feeds/frame/frame.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What the timeline shows: how far the launch reaches that can be looked at, where in it the screen is, and
/// what becomes of it on disk. A value; times are as the wall shows them.
struct Timeline {
    using Time = std::chrono::sys_time<std::chrono::milliseconds>;
    struct Range {
        Time from{};
        Time to{};
        bool operator==(const Range&) const = default;
    };

    enum class Mode : std::uint8_t {
        live,       // the newest second of a feed
        behindLive, // an earlier moment of a feed that goes on meanwhile
        replay      // a recording
    };

    Mode mode = Mode::live;
    bool empty = true;                   // nothing received yet: begin to overview mean nothing
    Time begin{};                        // of all that can be shown
    Time end{};                          // of that; live: the newest settled second
    Time position{};                     // what is shown
    std::optional<FeedSecond> releaseAt; // T-0
    std::vector<EventMark> events;       // by time
    std::vector<AlarmBar> alarms;        // by their beginning
    std::optional<Time> judgedTo;        // nobody knows of alarms behind it; nothing: of all there is
    std::vector<Note> notes;             // by time
    std::vector<Range> gaps;             // nothing was received: drawn as gaps
    std::chrono::seconds overviewStep{1};
    std::vector<float>
        overview; // requests/s of the world; point i ends at begin + (i + 1) × step; NaN: nothing known
    std::optional<Range> buffered; // of a live feed, what can be gone back to; nothing: there is no way back

    // Behind live and in a replay:
    double speed = 1; // seconds of the launch a second; infinity: as fast as possible
    bool paused = false;
    bool atEnd = false;
    bool opening = false;               // the way back is being prepared; the picture is still the one before
    std::optional<double> openingShare; // of what is read for it, 0 to 1; nothing: it takes no time
    std::optional<Range> loop;

    /// Since the newest report arrived, of the feed also while the screen looks back; nothing before the
    /// first.
    std::optional<double> feedAgeSeconds;

    /// Where something happened, was told or was written, by time.
    std::vector<Time> moments() const {
        std::vector<Time> all;
        for (const auto& event : events)
            all.emplace_back(event.at);
        for (const auto& alarm : alarms)
            all.emplace_back(alarm.toldAt());
        for (const auto& note : notes)
            all.emplace_back(note.from);
        std::ranges::sort(all);
        return all;
    }

    struct Recording {
        enum class State : std::uint8_t { off, recording, failed };
        State state = State::off;
        bool flight = false;     // a ring that forgets: nobody has asked to keep it
        std::string path;        // of the file, or of the ring's folder
        std::string reason;      // why it failed
        std::uint64_t bytes = 0; // written so far, or held by the ring
        std::uint64_t dropped = 0;
        std::uint64_t rostersForgotten = 0; // that a new file would have to know, and there was no room for
        double queueFill = 0;               // 0 to 1
    };
    Recording recording;
};

} // namespace surgescope::feeds
