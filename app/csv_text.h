// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace surgescope::app {

/// As a field of CSV: in quotes.
inline std::string csvText(const std::string& text) {
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

} // namespace surgescope::app
