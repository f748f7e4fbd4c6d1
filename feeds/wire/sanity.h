// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/limits.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What a message's fields may be, beside how large (limits.h).
namespace surgescope::feeds {

/// Unix time in µs.
inline bool isSaneTime(std::uint64_t us) {
    return us >= static_cast<std::uint64_t>(unixSeconds(limits::kEarliest)) * 1'000'000U &&
           us <= static_cast<std::uint64_t>(unixSeconds(limits::kLatest)) * 1'000'000U;
}

/// The end and the length of what a recorder makes: whole seconds, as the charts have them.
inline bool isSaneInterval(std::uint64_t endUs, std::uint64_t ms) {
    return isSaneTime(endUs) && endUs % 1'000'000U == 0 && (ms == 1'000 || ms == 10'000 || ms == 60'000);
}

inline FeedSecond secondOf(std::uint64_t us) {
    return feedSecond(static_cast<std::int64_t>(us / 1'000'000U));
}

/// Text from outside as it may stand in a message of ours: printable, short.
inline std::string quote(std::string_view text) {
    std::string out = "'";
    for (const char c : text.substr(0, 40))
        out += (c >= ' ' && c < 127) ? c : '?';
    return out + (text.size() > 40 ? "…'" : "'");
}

inline bool isPrintable(std::string_view text, std::size_t limit) {
    return text.size() <= limit &&
           std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

/// Printable and of one byte a character, so that nothing is left to check of its encoding.
inline bool isPlain(std::string_view text, std::size_t limit) {
    return text.size() <= limit && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 127; });
}

} // namespace surgescope::feeds
