// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What a rule's `text` and `do` say of the case at hand.
namespace surgescope::feeds {

inline constexpr std::array<std::string_view, 8> kPlaceholderNames{"n",     "names", "group", "value",
                                                                   "limit", "worst", "level", "share"};
inline constexpr std::string_view kPlaceholders =
    "{n}, {names}, {group}, {value}, {limit}, {worst}, {level} or {share}";

/// What stands in braces and is none of them; nothing: all are.
std::optional<std::string> unknownPlaceholder(std::string_view text);
/// The text with values in the order of kPlaceholderNames.
std::string filled(std::string_view text, const std::array<std::string, kPlaceholderNames.size()>& values);
/// "FRA MUC STR +5".
std::string listed(std::span<const std::string> names, std::size_t count);

} // namespace surgescope::feeds
