// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/known_rosters.h"

#include "feeds/wire/fields.h"
#include "feeds/wire/peek.h"

#include <algorithm>
#include <vector>

namespace surgescope::feeds {
namespace {

/// Of a map's node, a shared string and what the allocator adds.
constexpr std::size_t kOverhead = 160;
/// Whoever is full forgets so much at once: choosing whom takes a look at all.
constexpr std::size_t kForgetsShare = 8;

/// An empty roster: of its columns, names are what every node has.
bool isFarewell(std::string_view payload) {
    Fields fields(payload);
    while (fields.next())
        if (fields.tag == Fields::tagOf(4, Fields::Type::text)) return false;
    return !fields.broken();
}

} // namespace

std::size_t KnownRosters::bytesOf(const Rosters::value_type& entry) {
    return entry.first.size() + entry.second.payload->size() + kOverhead;
}

KnownRosters::Rosters::iterator KnownRosters::erase(Rosters::iterator at) {
    m_bytes -= bytesOf(*at);
    return m_rosters.erase(at);
}

void KnownRosters::received(std::string_view topic, std::string_view payload) {
    if (!topic.starts_with("roster/")) return;
    const auto peeked = peek(payload);
    if (!peeked || peeked->publisher.empty()) return;
    std::string key(topic);
    key.append(1, '\0').append(peeked->publisher);
    if (const auto before = m_rosters.find(key); before != m_rosters.end()) erase(before);
    if (isFarewell(payload)) return;
    const auto known =
        m_rosters.emplace(std::move(key), Known{std::make_shared<const std::string>(payload), ++m_received});
    m_bytes += bytesOf(*known.first);
    if (m_bytes > m_most) makeRoom();
}

void KnownRosters::makeRoom() {
    std::vector<std::pair<std::uint64_t, std::size_t>> byAge; // and the bytes of each
    byAge.reserve(m_rosters.size());
    for (const auto& entry : m_rosters)
        byAge.emplace_back(entry.second.renewed, bytesOf(entry));
    std::ranges::sort(byAge);
    const auto target = m_most - m_most / kForgetsShare;
    auto left = m_bytes;
    std::uint64_t until = 0;
    for (const auto& [renewed, bytes] : byAge) {
        if (left <= target) break;
        left -= bytes;
        until = renewed;
    }
    for (auto at = m_rosters.begin(); at != m_rosters.end();) {
        if (at->second.renewed > until) {
            ++at;
            continue;
        }
        at = erase(at);
        ++m_forgotten;
    }
}

} // namespace surgescope::feeds
