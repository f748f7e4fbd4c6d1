// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// The three of `known` that come nearest to a name that none of them is, for a message: "a, b, c". One that
/// begins with or holds what was written is as near as one that differs by a letter.
std::string nearNames(std::string_view wanted, const std::vector<std::string_view>& known);

} // namespace surgescope::feeds
