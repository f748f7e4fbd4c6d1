// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_subject.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <array>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kRoot = "surgescope.";
constexpr std::string_view kWishes = "surgescope.want.";
constexpr std::array<std::string_view, 3> kOfPops{"pop", "node", "roster"};
constexpr std::array<std::string_view, 2> kOfAll{"event", "global"};

/// As in a PoP's code; what the wire refuses of it is refused there, by its name.
bool isToken(std::string_view text) {
    return !text.empty() && text.size() <= limits::kTopicBytes && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

/// "pop/LHR" as its two words; the second is empty where there is no slash.
std::pair<std::string_view, std::string_view> split(std::string_view text, char at) {
    const auto place = text.find(at);
    if (place == std::string_view::npos) return {text, {}};
    return {text.substr(0, place), text.substr(place + 1)};
}

} // namespace

std::optional<std::string> subjectOf(std::string_view topic) {
    if (std::ranges::count(kOfAll, topic)) return std::string(kRoot) + std::string(topic);
    const auto [kind, pop] = split(topic, '/');
    if (!std::ranges::count(kOfPops, kind) || !isToken(pop)) return std::nullopt;
    return std::string(kRoot) + std::string(kind) + "." + std::string(pop);
}

std::optional<std::string> topicOf(std::string_view subject) {
    if (!subject.starts_with(kRoot)) return std::nullopt;
    const auto rest = subject.substr(kRoot.size());
    if (std::ranges::count(kOfAll, rest)) return std::string(rest);
    const auto [kind, pop] = split(rest, '.');
    if (!std::ranges::count(kOfPops, kind) || !isToken(pop)) return std::nullopt;
    return std::string(kind) + "/" + std::string(pop);
}

std::optional<std::string> subjectsOf(std::string_view prefix) {
    const auto [kind, pop] = split(prefix, '/');
    if (std::ranges::count(kOfPops, kind) && prefix.ends_with('/') && pop.empty())
        return std::string(kRoot) + std::string(kind) + ".*";
    return subjectOf(prefix);
}

std::optional<std::string> wishOf(std::string_view prefix) {
    const auto [kind, pop] = split(prefix, '/');
    if (!std::ranges::count(kOfPops, kind) || (!pop.empty() && !isToken(pop))) return std::nullopt;
    return std::string(kWishes) + std::string(kind) + "." + (pop.empty() ? "all" : std::string(pop));
}

bool isStreamed(std::string_view prefix) {
    return !prefix.starts_with("node/");
}

} // namespace surgescope::feeds
