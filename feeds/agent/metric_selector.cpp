// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/metric_selector.h"

#include "feeds/util/toml_file.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view withoutBlanks(std::string_view text) {
    const auto from = text.find_first_not_of(kBlanks);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

bool takeFront(std::string_view& text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

/// Takes "…" off the front and its escapes out.
std::optional<std::string> takeQuoted(std::string_view& text) {
    if (!takeFront(text, "\"")) return std::nullopt;
    std::string value;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return value;
        }
        const bool escaped = text[at] == '\\';
        if (escaped && ++at == text.size()) break;
        value += escaped && text[at] == 'n' ? '\n' : text[at];
    }
    return std::nullopt;
}

} // namespace

Result<MetricSelector> MetricSelector::parse(std::string_view text) {
    if (text.size() > kMostBytes)
        return Error{inQuotes(text) + " is too long, expected at most " + std::to_string(kMostBytes) +
                     " bytes"};
    MetricSelector selector;
    auto rest = withoutBlanks(text);
    const auto brace = rest.find('{');
    const auto name = withoutBlanks(rest.substr(0, brace));
    if (!isMetricName(name))
        return Error{inQuotes(text) + " begins with no metric's name, expected METRIC{LABEL=\"VALUE\"}"};
    selector.m_metric = name;
    if (brace == std::string_view::npos) return selector;
    rest = withoutBlanks(rest.substr(brace + 1));
    while (!rest.starts_with('}')) {
        auto matcher = parseMatcher(rest);
        if (!matcher) return Error{inQuotes(text) + ": " + matcher.error()};
        selector.m_matchers.push_back(std::move(matcher.value()));
        rest = withoutBlanks(rest);
        if (takeFront(rest, ","))
            rest = withoutBlanks(rest);
        else if (!rest.starts_with('}'))
            return Error{inQuotes(text) + ": expected , or } behind the label " +
                         inQuotes(selector.m_matchers.back().label)};
    }
    if (rest != "}") return Error{inQuotes(text) + ": expected nothing behind }"};
    return selector;
}

Result<MetricSelector::Matcher> MetricSelector::parseMatcher(std::string_view& rest) {
    Matcher matcher;
    const auto name = withoutBlanks(rest.substr(0, rest.find_first_of("=!")));
    if (!isMetricName(name, false)) return Error{"expected a label and =, !=, =~ or !~ at " + inQuotes(rest)};
    matcher.label = name;
    rest = withoutBlanks(rest.substr(std::min(rest.find_first_of("=!"), rest.size())));
    bool patterns = false;
    if (takeFront(rest, "=~"))
        patterns = true;
    else if (takeFront(rest, "!~"))
        patterns = true, matcher.equal = false;
    else if (takeFront(rest, "!="))
        matcher.equal = false;
    else if (!takeFront(rest, "="))
        return Error{"expected =, !=, =~ or !~ behind the label " + inQuotes(name)};
    rest = withoutBlanks(rest);
    const auto value = takeQuoted(rest);
    if (!value) return Error{"expected a value in \" behind the label " + inQuotes(name)};
    if (patterns) {
        auto alternatives = parsePatterns(*value);
        if (!alternatives) return Error{alternatives.error()};
        matcher.alternatives = std::move(alternatives.value());
    } else {
        Pattern& literal = matcher.alternatives.emplace_back();
        for (const char c : *value)
            literal.push_back({Part::literal, c});
    }
    return matcher;
}

Result<std::vector<MetricSelector::Pattern>> MetricSelector::parsePatterns(std::string_view text) {
    std::vector<Pattern> patterns(1);
    for (std::size_t at = 0; at < text.size(); ++at) {
        Pattern& pattern = patterns.back();
        const bool last = at + 1 == text.size();
        if (text[at] == '|') {
            patterns.emplace_back();
        } else if (text[at] == '.') {
            const char next = last ? ' ' : text[at + 1];
            if (next != '*') pattern.push_back({Part::anyCharacter});
            if (next == '*' || next == '+') {
                pattern.push_back({Part::anyText});
                ++at;
            }
        } else if (text[at] == '\\' && !last) {
            pattern.push_back({Part::literal, text[++at]});
        } else if (std::string_view("()[]{}*+?^$\\").find(text[at]) != std::string_view::npos) {
            return Error{inQuotes(text) +
                         " is more of a regular expression than is known here, expected values with "
                         "| between them, . for any character, .* for any text and \\ before other signs"};
        } else {
            pattern.push_back({Part::literal, text[at]});
        }
    }
    return patterns;
}

bool MetricSelector::fits(const Pattern& pattern, std::string_view value) {
    std::size_t p = 0;
    std::size_t v = 0;
    // Where to go on when a way ends: behind the last "any text", which then takes one character more.
    std::optional<std::size_t> star;
    std::size_t taken = 0;
    while (v < value.size()) {
        if (p < pattern.size() && pattern[p].part == Part::anyText) {
            star = ++p;
            taken = v;
        } else if (p < pattern.size() &&
                   (pattern[p].part == Part::anyCharacter || pattern[p].literal == value[v])) {
            ++p;
            ++v;
        } else if (star) {
            p = *star;
            v = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p].part == Part::anyText)
        ++p;
    return p == pattern.size();
}

bool MetricSelector::matches(const MetricSample& sample) const {
    return std::ranges::all_of(m_matchers, [&sample](const Matcher& matcher) {
        const auto value = sample.label(matcher.label);
        const bool found = std::ranges::any_of(
            matcher.alternatives, [value](const Pattern& pattern) { return fits(pattern, value); });
        return found == matcher.equal;
    });
}

} // namespace surgescope::feeds
