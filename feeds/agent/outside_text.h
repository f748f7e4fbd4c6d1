// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/limits.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What readers of servers' answers share. No state; any thread.
namespace surgescope::feeds {

/// A count of something since a server started: digits and nothing else, and no more than anything can be.
inline std::optional<std::uint64_t> countIn(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > limits::kCount)
        return std::nullopt;
    return value;
}

/// The beginning of a text for a message, in quotation marks, with '?' for what cannot be printed.
inline std::string shown(std::string_view text) {
    constexpr std::size_t kMost = 60;
    std::string safe = "'";
    for (const char c : text.substr(0, kMost))
        safe += c >= ' ' && c <= '~' ? c : '?';
    return safe + (text.size() > kMost ? "…'" : "'");
}

} // namespace surgescope::feeds
