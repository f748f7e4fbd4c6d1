// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

namespace surgescope::widgets {

/// Writes a table after RFC 4180, cell by cell.
class CsvWriter {
  public:
    CsvWriter& cell(std::string_view text) {
        separate();
        if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
            m_table += text;
            return *this;
        }
        m_table += '"';
        for (const char c : text)
            m_table += c == '"' ? std::string_view("\"\"") : std::string_view(&c, 1);
        m_table += '"';
        return *this;
    }
    CsvWriter& cell(const char* text) { return cell(std::string_view(text)); }
    /// The shortest text that reads back as the same number, without an exponent; empty if it is none.
    template <class Number> CsvWriter& cell(Number value) requires std::is_arithmetic_v<Number> {
        std::array<char, 400> text{};
        if constexpr (std::is_floating_point_v<Number>) {
            if (!std::isfinite(value)) return cell(std::string_view());
            const auto end =
                std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
            return cell(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
        } else {
            const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
            return cell(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
        }
    }
    void endLine() {
        m_table += "\r\n";
        m_begun = false;
    }
    std::string take() { return std::move(m_table); }

  private:
    void separate() {
        if (m_begun) m_table += ',';
        m_begun = true;
    }
    std::string m_table;
    bool m_begun = false; // a line
};

} // namespace surgescope::widgets
