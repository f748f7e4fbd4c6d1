// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// What somebody wrote of a moment or a range of a launch. Times are the data's.
struct Note {
    std::uint64_t id = 0; // another one for each; the one written last of an id counts
    FeedSecond from{};
    FeedSecond to{}; // of a moment: the same
    std::string by;
    std::string text;
    WallTime written{}; // by the wall's clock
    bool isRemoved = false;

    static constexpr std::size_t kMostText = 500; // bytes
    static constexpr std::size_t kMostName = 64;
    bool isMoment() const { return from == to; }
    bool operator==(const Note&) const = default;
};

/// What is wrong with it, and what was expected; nothing: it may be kept.
std::optional<Error> whyNot(const Note& note);

/// The notes of a launch. Bounded: beyond kMost no new one is taken. One thread.
class Notes {
  public:
    static constexpr std::size_t kMost = 10'000;

    /// Writes it, or over the one of its id; one that is older than what it would replace changes nothing.
    std::optional<Error> take(const Note& note);
    /// Those not removed, by time.
    std::vector<Note> all() const;
    /// All, those removed as well: what a file must hold.
    const std::map<std::uint64_t, Note>& kept() const { return m_notes; }
    /// Changes with each note taken.
    std::uint64_t changes() const { return m_changes; }

  private:
    std::map<std::uint64_t, Note> m_notes; // by id
    std::uint64_t m_changes = 0;
};

} // namespace surgescope::feeds
