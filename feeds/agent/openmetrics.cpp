// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/openmetrics.h"

#include "feeds/util/toml_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace surgescope::feeds {
namespace {

enum NamePart : unsigned char { kNoName = 0, kDigit = 1, kColon = 2, kLetter = 4 };

constexpr std::array<unsigned char, 256> kNameParts = [] {
    std::array<unsigned char, 256> parts{};
    for (unsigned c = '0'; c <= '9'; ++c)
        parts[c] = kDigit;
    for (unsigned c = 'a'; c <= 'z'; ++c)
        parts[c] = parts[c - 'a' + 'A'] = kLetter;
    parts['_'] = kLetter;
    parts[':'] = kColon;
    return parts;
}();

unsigned char partOf(char c) {
    return kNameParts[static_cast<unsigned char>(c)];
}

void skipBlanks(std::string_view& text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
}

/// Takes the longest name off the front; empty when none begins there.
std::string_view takeName(std::string_view& text, unsigned char parts) {
    std::size_t size = 0;
    while (size < text.size() && (partOf(text[size]) & parts) != 0)
        ++size;
    if (size > 0 && partOf(text[0]) == kDigit) size = 0;
    const auto name = text.substr(0, size);
    text.remove_prefix(size);
    return name;
}

std::string_view takeWord(std::string_view& text) {
    skipBlanks(text);
    const auto word = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(word.size());
    skipBlanks(text);
    return word;
}

} // namespace

std::optional<double> metricNumber(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool isMetricName(std::string_view text, bool colons) {
    const auto whole = text;
    const auto name = takeName(text, colons ? kLetter | kDigit | kColon : kLetter | kDigit);
    return !name.empty() && text.empty() && whole.size() <= MetricsPage::kMostNameBytes;
}

std::string_view MetricSample::label(std::string_view of) const {
    const auto found = std::ranges::find(labels, of, &MetricLabel::name);
    return found == labels.end() ? std::string_view() : found->value;
}

MetricsPage::MetricsPage(std::string_view text) : m_rest(text) {
    if (text.size() > kMostBytes)
        m_error = Error{"the page has " + std::to_string(text.size()) + " bytes, expected at most " +
                        std::to_string(kMostBytes)};
}

bool MetricsPage::refuse(const std::string& what) {
    m_error = Error{"line " + std::to_string(m_line) + ": " + what};
    return false;
}

const MetricSample* MetricsPage::next() {
    while (!m_error && !m_rest.empty()) {
        ++m_line;
        const auto end = m_rest.find('\n');
        if (end == std::string_view::npos) {
            refuse("the page ends within it, expected a line feed at its end");
            return nullptr;
        }
        auto line = m_rest.substr(0, end);
        m_rest.remove_prefix(end + 1);
        skipBlanks(line);
        if (line == "# EOF") {
            if (!m_rest.empty()) refuse("# EOF, and the page goes on, expected nothing behind it");
            return nullptr;
        }
        if (line.empty() || line.front() == '#') continue;
        return readLine(line) ? &m_sample : nullptr;
    }
    return nullptr;
}

bool MetricsPage::readLine(std::string_view line) {
    if (++m_samples > kMostSamples)
        return refuse("expected at most " + std::to_string(kMostSamples) + " samples");
    m_unescaped.clear();
    m_sample.labels.clear();
    auto rest = line;
    m_sample.name = takeName(rest, kLetter | kDigit | kColon);
    const bool ends = rest.empty() || rest.front() == ' ' || rest.front() == '\t' || rest.front() == '{';
    if (m_sample.name.empty() || m_sample.name.size() > kMostNameBytes || !ends)
        return refuse(inQuotes(line) + ", expected a metric's name or #");
    skipBlanks(rest);
    if (rest.starts_with('{') && !readLabels(rest, m_sample.labels)) return false;
    const auto value = metricNumber(takeWord(rest));
    if (!value) return refuse("no value behind " + inQuotes(m_sample.name) + ", expected a number");
    m_sample.value = *value;
    return rest.empty() || readTail(rest);
}

bool MetricsPage::readLabels(std::string_view& rest, std::vector<MetricLabel>& labels) {
    rest.remove_prefix(1); // {
    skipBlanks(rest);
    while (!rest.starts_with('}')) {
        if (labels.size() == kMostLabels)
            return refuse("expected at most " + std::to_string(kMostLabels) + " labels");
        if (!readLabel(rest, labels.emplace_back())) return false;
        if (rest.starts_with(',')) {
            rest.remove_prefix(1);
            skipBlanks(rest);
        } else if (!rest.starts_with('}')) {
            return refuse("expected , or } behind label " + inQuotes(labels.back().name));
        }
    }
    rest.remove_prefix(1);
    skipBlanks(rest);
    return true;
}

bool MetricsPage::readLabel(std::string_view& rest, MetricLabel& label) {
    label.name = takeName(rest, kLetter | kDigit);
    skipBlanks(rest);
    if (label.name.empty() || label.name.size() > kMostNameBytes || !rest.starts_with('='))
        return refuse("expected LABEL=\"VALUE\" at " + inQuotes(rest));
    rest.remove_prefix(1);
    skipBlanks(rest);
    if (!readQuoted(rest, label.value))
        return refuse("the value of label " + inQuotes(label.name) + " is none, expected at most " +
                      std::to_string(kMostValueBytes) + " bytes in quotes");
    skipBlanks(rest);
    return true;
}

bool MetricsPage::readQuoted(std::string_view& rest, std::string_view& value) {
    if (!rest.starts_with('"')) return false;
    rest.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest.size() && rest[end] != '"' && rest[end] != '\\')
        ++end;
    if (end == rest.size()) return false;
    if (rest[end] == '"') { // as nearly always
        value = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        return value.size() <= kMostValueBytes;
    }
    // Views into it must stay where they are: the room for all the line may hold is made before the first.
    if (m_unescaped.empty()) m_unescaped.reserve(rest.size());
    const auto from = m_unescaped.size();
    std::size_t at = 0;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] != '\\' || at + 1 == rest.size()) {
            m_unescaped += rest[at];
            continue;
        }
        const char escaped = rest[++at];
        if (escaped != 'n' && escaped != '"' && escaped != '\\') m_unescaped += '\\'; // it means itself
        m_unescaped += escaped == 'n' ? '\n' : escaped;
    }
    if (at == rest.size()) return false;
    value = std::string_view(m_unescaped).substr(from);
    rest.remove_prefix(at + 1);
    return value.size() <= kMostValueBytes;
}

/// A time stamp, an exemplar, or both.
bool MetricsPage::readTail(std::string_view rest) {
    const auto isTime = [](std::string_view word) {
        const auto time = metricNumber(word);
        return time && std::isfinite(*time);
    };
    if (!rest.starts_with('#') && !isTime(takeWord(rest)))
        return refuse("expected a time stamp or nothing behind the value of " + inQuotes(m_sample.name));
    if (rest.empty()) return true;
    if (!rest.starts_with('#'))
        return refuse(inQuotes(rest) + " behind the time stamp, expected nothing or an exemplar");
    rest.remove_prefix(1);
    skipBlanks(rest);
    m_exemplar.clear();
    if (!rest.starts_with('{')) return refuse("expected an exemplar, # {…} VALUE, at " + inQuotes(rest));
    if (!readLabels(rest, m_exemplar)) return false;
    const bool value = metricNumber(takeWord(rest)).has_value();
    if (value && !rest.empty() && !isTime(takeWord(rest))) rest = "?";
    if (!value || !rest.empty()) return refuse("the exemplar is none, expected # {…} VALUE [TIME]");
    return true;
}

} // namespace surgescope::feeds
