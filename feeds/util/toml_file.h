// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

/// What the readers of our TOML files share: bounds, and refusals that say in which line. One thread each.
namespace surgescope::feeds {

/// Text from outside as it may stand in a message: short, printable ASCII, in quotes.
std::string inQuotes(std::string_view text);

/// A whole text file of at most `mostBytes`. Errors: it is not there, is none, cannot be read, or is longer.
Result<std::string> readTextFile(const std::string& path, std::size_t mostBytes);

/// A file's root table. Errors: not TOML, or longer than `mostBytes`. `file` is what messages call it.
Result<toml::table> parseToml(std::string_view text, std::size_t mostBytes, const std::string& file);

/// A value as it stands in a file: text in quotes, with whatever it has of them escaped.
std::string tomlText(const toml::node& value);

/// Reads values as they should be and keeps what it refuses, "FILE:LINE: WHAT, expected WHAT".
class TomlValues {
  public:
    explicit TomlValues(std::string file) : m_file(std::move(file)) {}

    void refuse(const toml::node& node, const std::string& text);
    /// The same of the file as a whole.
    void refuse(const std::string& text);

    /// Each of these refuses and gives nothing where the node is not what it should be.
    std::optional<double> number(const toml::node& node, const std::string& what, double least, double most);
    std::optional<std::string> line(const toml::node& node, const std::string& what, std::size_t mostBytes);

    bool hasRefused() const { return !m_refused.empty(); }
    /// All refusals, a line each, in the file's order and at last those of the file as a whole; of many the
    /// first ten and how many more.
    std::optional<Error> error() const;

  private:
    void keep(std::uint32_t line, std::string text);

    std::string m_file;
    std::vector<std::pair<std::uint32_t, std::string>> m_refused; // and in which line
    std::size_t m_more = 0;
};

} // namespace surgescope::feeds
