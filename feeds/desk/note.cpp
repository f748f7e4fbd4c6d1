// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/note.h"

#include "feeds/wire/sanity.h"

#include <algorithm>

namespace surgescope::feeds {

std::optional<Error> whyNot(const Note& note) {
    const auto isWithin = [](FeedSecond second) {
        return second >= limits::kEarliest && second <= limits::kLatest;
    };
    if (note.id == 0) return Error{"a note without a number"};
    if (!isWithin(note.from) || !isWithin(note.to) || note.to < note.from)
        return Error{"a note from " + utcText(note.from) + " to " + utcText(note.to) +
                     ", expected a range within 2020 to 2100"};
    if (note.text.empty() && !note.isRemoved) return Error{"a note that says nothing"};
    if (!isPrintable(note.text, Note::kMostText))
        return Error{"a note of " + std::to_string(note.text.size()) + " bytes, expected at most " +
                     std::to_string(Note::kMostText) + " printable ones"};
    if (note.by.empty() || !isPrintable(note.by, Note::kMostName))
        return Error{"a note by " + quote(note.by) + ", expected a name of 1 to " +
                     std::to_string(Note::kMostName) + " printable bytes"};
    return std::nullopt;
}

std::optional<Error> Notes::take(const Note& note) {
    if (auto wrong = whyNot(note)) return wrong;
    const auto known = m_notes.find(note.id);
    if (known == m_notes.end()) {
        if (m_notes.size() >= kMost)
            return Error{"there are " + std::to_string(kMost) + " notes already, and no room for more"};
        m_notes.emplace(note.id, note);
    } else if (note.written < known->second.written || note == known->second) {
        return std::nullopt;
    } else {
        known->second = note;
    }
    ++m_changes;
    return std::nullopt;
}

std::vector<Note> Notes::all() const {
    std::vector<Note> notes;
    for (const auto& [id, note] : m_notes)
        if (!note.isRemoved) notes.push_back(note);
    std::ranges::stable_sort(notes, {}, &Note::from);
    return notes;
}

} // namespace surgescope::feeds
