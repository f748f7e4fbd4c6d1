// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/toml_file.h"

#include "feeds/util/number_text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <sstream>

namespace surgescope::feeds {
namespace {

std::string atLine(const std::string& file, const toml::source_region& where) {
    return file + ":" + std::to_string(where.begin.line) + ": ";
}

Error tooLong(const std::string& file, std::size_t mostBytes) {
    return {file + ": expected at most " + std::to_string(mostBytes) + " bytes"};
}

} // namespace

std::string inQuotes(std::string_view text) {
    constexpr std::size_t kShown = 40;
    std::string out = "'";
    for (const char c : text.substr(0, kShown))
        out += (c >= ' ' && c < 127) ? c : '?';
    return out + (text.size() > kShown ? "…'" : "'");
}

Result<std::string> readTextFile(const std::string& path, std::size_t mostBytes) {
    std::error_code ignored;
    const auto kind = std::filesystem::status(path, ignored).type();
    if (kind == std::filesystem::file_type::not_found) return Error{path + ": no such file"};
    if (kind == std::filesystem::file_type::directory) return Error{path + ": is a folder, expected a file"};
    if (kind == std::filesystem::file_type::none) return Error{path + ": cannot be read"};
    if (kind != std::filesystem::file_type::regular) // a pipe may keep us waiting for ever
        return Error{path + ": is no file but a pipe or a device, expected a file"};
    std::ifstream stream(path, std::ios::binary);
    std::string text(mostBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || (!stream.eof() && stream.fail())) return Error{path + ": cannot be read"};
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > mostBytes) return tooLong(path, mostBytes);
    return text;
}

Result<toml::table> parseToml(std::string_view text, std::size_t mostBytes, const std::string& file) {
    if (text.size() > mostBytes) return tooLong(file, mostBytes);
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return Error{atLine(file, error.source()) + std::string(error.description())};
    }
}

std::string tomlText(const toml::node& value) {
    std::ostringstream text;
    text << toml::toml_formatter(value);
    return text.str();
}

void TomlValues::refuse(const toml::node& node, const std::string& text) {
    keep(node.source().begin.line, atLine(m_file, node.source()) + text);
}

void TomlValues::refuse(const std::string& text) {
    keep(std::numeric_limits<std::uint32_t>::max(), m_file + ": " + text);
}

void TomlValues::keep(std::uint32_t line, std::string text) {
    constexpr std::size_t kMostKept = 1'000;
    if (m_refused.size() == kMostKept)
        ++m_more;
    else
        m_refused.emplace_back(line, std::move(text));
}

std::optional<Error> TomlValues::error() const {
    constexpr std::size_t kMostTold = 10;
    if (m_refused.empty()) return std::nullopt;
    auto inOrder = m_refused;
    std::ranges::stable_sort(inOrder, {}, [](const auto& refusal) { return refusal.first; });
    std::string all;
    for (std::size_t i = 0; i < std::min(kMostTold, inOrder.size()); ++i)
        all += (i > 0 ? "\n" : "") + inOrder[i].second;
    if (const auto more = inOrder.size() + m_more; more > kMostTold)
        all += "\n" + m_file + ": and " + std::to_string(more - kMostTold) + " more";
    return Error{std::move(all)};
}

std::optional<double> TomlValues::number(const toml::node& node, const std::string& what, double least,
                                         double most) {
    const auto value = node.value<double>();
    if (value && std::isfinite(*value) && *value >= least && *value <= most) return value;
    refuse(node, what + " is " + (value ? numberText(*value) : "no number") + ", expected a number from " +
                     numberText(least) + " to " + numberText(most));
    return std::nullopt;
}

std::optional<std::string> TomlValues::line(const toml::node& node, const std::string& what,
                                            std::size_t mostBytes) {
    const auto value = node.value_exact<std::string>();
    if (value && !value->empty() && value->size() <= mostBytes &&
        std::ranges::none_of(*value, [](char c) { return (c >= 0 && c < ' ') || c == 127; }))
        return value;
    refuse(node, what + ": expected one line of text, at most " + std::to_string(mostBytes) + " bytes");
    return std::nullopt;
}

} // namespace surgescope::feeds
