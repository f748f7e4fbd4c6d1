// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/desk/note.h"

#include <string>
#include <string_view>

/// What a desk says beside the telemetry, as messages of telemetry.proto: to be recorded, and to be sent to
/// other walls. The Errors of reading say what was expected; any bytes may be read.
namespace surgescope::feeds::said {

inline constexpr std::string_view kChange = "alarm"; // topics
inline constexpr std::string_view kShown = "alarms";
inline constexpr std::string_view kNote = "note";

inline constexpr std::size_t kMostCards = 2'000;   // of one message
inline constexpr std::size_t kMostMembers = 2'000; // of one card

std::string bytesOf(const Transition& change);
Result<Transition> readChange(std::string_view bytes);

/// `at`: the newest second judged. The history is not in it: changes are said each for itself.
std::string bytesOf(const LiveStatus& status, FeedSecond at);
struct Shown {
    FeedSecond at{};
    LiveStatus status;
};
Result<Shown> readShown(std::string_view bytes);

std::string bytesOf(const Note& note);
Result<Note> readNote(std::string_view bytes);

/// Where the notes to a recording are kept that were written after it.
inline std::string notesPath(const std::string& recording) {
    return recording + ".notes.jsonl";
}
inline constexpr std::size_t kMostNotesBytes = 32U << 20U; // of such a file
/// As a file that people can read: one JSON object a line.
std::string linesOf(const Notes& notes);
/// All lines that can be read; of the others one, with its number, in `problem`.
struct ReadLines {
    Notes notes;
    std::string problem; // empty: none
};
ReadLines readLines(std::string_view text);

/// What is wrong with a message of one of these topics; nothing: it can be read.
std::optional<Error> whyUnreadable(std::string_view topic, std::string_view bytes);

} // namespace surgescope::feeds::said
