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

/// Characters that show nothing themselves and change how others look: controls, and the marks that turn the
/// direction of writing, with which a name could make "125 %" read "% 521" (Unicode TR 36, section 2.5).
constexpr bool isControl(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/// The first letter of a text that is valid UTF-8, as the library sees to; 0: it is cut off.
inline std::uint32_t letterOf(std::string_view text, std::size_t& length) {
    const auto lead = static_cast<unsigned char>(text.front());
    length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > text.size()) return 0;
    std::uint32_t c = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k)
        c = (c << 6U) | (static_cast<unsigned char>(text[k]) & 0x3fU);
    return c;
}

/// Short, and free of control characters.
inline bool isPrintable(std::string_view text, std::size_t limit) {
    if (text.size() > limit) return false;
    for (std::size_t length = 0; !text.empty(); text.remove_prefix(length))
        if (isControl(letterOf(text, length))) return false; // what is cut off, too
    return true;
}

/// As much of it as isPrintable() allows, with a blank for each control character.
inline std::string printable(std::string_view text, std::size_t limit) {
    std::string out;
    for (std::size_t length = 0; !text.empty(); text.remove_prefix(length)) {
        const auto letter = letterOf(text, length);
        if (letter == 0 && length > text.size()) break;
        const bool isBlank = isControl(letter);
        if (out.size() + (isBlank ? 1 : length) > limit) break;
        isBlank ? out += ' ' : out += text.substr(0, length);
    }
    return out;
}

/// Printable and of one byte a character, so that nothing is left to check of its encoding.
inline bool isPlain(std::string_view text, std::size_t limit) {
    return text.size() <= limit && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 127; });
}

} // namespace surgescope::feeds
