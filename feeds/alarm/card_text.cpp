// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/card_text.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

/// Calls `use(plain, name)` for each piece of plain text and the name in braces behind it; of the last piece
/// there is no name.
template <class Use> void eachPlaceholder(std::string_view text, Use use) {
    while (true) {
        const auto open = text.find('{');
        const auto close = open == std::string_view::npos ? open : text.find('}', open);
        if (close == std::string_view::npos) return use(text, std::optional<std::string_view>());
        use(text.substr(0, open), std::optional(text.substr(open + 1, close - open - 1)));
        text.remove_prefix(close + 1);
    }
}

} // namespace

std::optional<std::string> unknownPlaceholder(std::string_view text) {
    std::optional<std::string> unknown;
    eachPlaceholder(text, [&](std::string_view, std::optional<std::string_view> name) {
        if (name && !unknown && std::ranges::count(kPlaceholderNames, *name) == 0)
            unknown = "{" + std::string(*name) + "}";
    });
    return unknown;
}

std::string filled(std::string_view text, const std::array<std::string, kPlaceholderNames.size()>& values) {
    std::string out;
    eachPlaceholder(text, [&](std::string_view plain, std::optional<std::string_view> name) {
        out += plain;
        const auto known = std::ranges::find(kPlaceholderNames, name.value_or(""));
        if (known != kPlaceholderNames.end())
            out += values[static_cast<std::size_t>(known - kPlaceholderNames.begin())];
    });
    return out;
}

std::string listed(std::span<const std::string> names, std::size_t count) {
    constexpr std::size_t kShown = 3;
    std::string text;
    const auto shown = std::min(kShown, names.size());
    for (std::size_t i = 0; i < shown; ++i)
        text += (i > 0 ? " " : "") + names[i];
    return count > shown ? text + " +" + std::to_string(count - shown) : text;
}

} // namespace surgescope::feeds
