// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace surgescope::tests {

struct CsvTable {
    std::vector<std::string> names;
    std::vector<std::vector<std::string>> rows;

    std::optional<std::size_t> column(std::string_view name) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return i;
        return std::nullopt;
    }
};

/// RFC 4180 to the letter: CRLF ends every line, quotes stand around a whole cell and are doubled within.
/// Anything else is nothing.
inline std::optional<CsvTable> readCsv(std::string_view text) {
    std::vector<std::vector<std::string>> lines(1);
    std::string cell;
    std::size_t i = 0;
    while (i < text.size()) {
        if (text[i] == '"') {
            for (++i;; ++i) {
                if (i >= text.size()) return std::nullopt;
                if (text[i] != '"')
                    cell += text[i];
                else if (i + 1 < text.size() && text[i + 1] == '"')
                    cell += text[i++];
                else
                    break;
            }
            ++i;
            if (i >= text.size() || (text[i] != ',' && text[i] != '\r')) return std::nullopt;
        }
        while (i < text.size() && text[i] != ',' && text[i] != '\r') {
            if (text[i] == '"' || text[i] == '\n') return std::nullopt;
            cell += text[i++];
        }
        if (i >= text.size()) return std::nullopt; // no line end
        lines.back().push_back(std::exchange(cell, {}));
        if (text[i++] == ',') continue;
        if (i >= text.size() || text[i++] != '\n') return std::nullopt;
        lines.emplace_back();
    }
    if (lines.size() < 2 || !lines.back().empty()) return std::nullopt;
    lines.pop_back();
    CsvTable table{lines.front(), {lines.begin() + 1, lines.end()}};
    return table;
}

} // namespace surgescope::tests
