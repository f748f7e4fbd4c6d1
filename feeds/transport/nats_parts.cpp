// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_parts.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostParts = 65'536;
constexpr std::size_t kMostWord = 64;

struct PartPlace {
    std::string_view word;
    std::size_t place = 0;
    std::size_t of = 0;
};

std::optional<std::size_t> numberIn(std::string_view text) {
    std::size_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || at != end) return std::nullopt;
    return number;
}

std::optional<PartPlace> partPlaceIn(std::string_view header) {
    const auto first = header.find(' ');
    const auto second = first == std::string_view::npos ? first : header.find(' ', first + 1);
    if (second == std::string_view::npos || first == 0 || first > kMostWord) return std::nullopt;
    const auto place = numberIn(header.substr(first + 1, second - first - 1));
    const auto of = numberIn(header.substr(second + 1));
    if (!place || !of || *of > kMostParts || *place >= *of) return std::nullopt;
    return PartPlace{header.substr(0, first), *place, *of};
}

} // namespace

std::optional<std::string> NatsParts::add(std::string_view subject, std::string_view header,
                                          std::string_view part) {
    const auto where = partPlaceIn(header);
    if (!where) {
        ++m_lost;
        return std::nullopt;
    }
    auto at = m_open.find(where->word);
    if (where->place == 0) {
        if (at != m_open.end()) drop(at);
        makeRoom(part.size());
        at = m_open.emplace(where->word, Open{.subject = std::string(subject), .begun = ++m_begun}).first;
    } else if (at == m_open.end()) {
        if (where->place == 1) ++m_lost; // the first never came, and the others are of no use
        return std::nullopt;
    }
    auto& open = at->second;
    if (open.next != where->place || open.subject != subject ||
        open.payload.size() + part.size() > limits::kMessageBytes) {
        drop(at);
        return std::nullopt;
    }
    open.payload.append(part);
    m_bytes += part.size();
    ++open.next;
    if (open.next < where->of) return std::nullopt;
    auto whole = std::move(open.payload);
    m_bytes -= whole.size();
    m_open.erase(at);
    return whole;
}

void NatsParts::makeRoom(std::size_t bytes) {
    while (!m_open.empty() && (m_open.size() >= kMostOpen || m_bytes + bytes > kMostBytes))
        drop(std::ranges::min_element(m_open, {}, [](const auto& one) { return one.second.begun; }));
}

void NatsParts::drop(Opens::iterator which) {
    m_bytes -= which->second.payload.size();
    m_open.erase(which);
    ++m_lost;
}

std::uint64_t NatsParts::takeLost() {
    return std::exchange(m_lost, 0);
}

} // namespace surgescope::feeds
