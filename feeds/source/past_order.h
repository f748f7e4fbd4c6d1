// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/wire/peek.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// Puts what a stream kept into the order in which it was said. While a stream has no leader its publishers
/// go on, and send again what it did not take: so it has what is said now before what was said then. What
/// each says under a topic is sorted by its numbers, as far as it came within a few seconds, and takes the
/// places in time that it had among all others. Holds what came within these seconds. One thread.
template <class Message> class PastOrder {
  public:
    /// Publishers send again every 3 s, and a line takes its time.
    static constexpr std::chrono::seconds kWithin{6};

    /// `message` has topic() and payload().
    void add(Message message, WallTime came) {
        const auto peeked = peek(message.payload());
        std::string who(message.topic());
        if (peeked) (who += '\0') += peeked->publisher;
        Said said{peeked ? peeked->sessionUs : 0, peeked ? peeked->sequence : 0, std::move(message)};
        auto& its = m_said[who];
        const auto at = std::ranges::upper_bound(its, said.number(), {}, &Said::number);
        its.insert(at, std::move(said));
        const auto after = std::ranges::upper_bound(m_places, came, {}, &Place::came);
        m_places.insert(after, {came, std::move(who)});
        m_newest = std::max(m_newest, came);
    }
    /// What comes next, and when one came in its place. Nothing: there may be others before it; or, of all,
    /// there is none.
    std::optional<std::pair<Message, WallTime>> next(bool all) {
        if (m_places.empty() || (!all && m_places.front().came > m_newest - kWithin)) return std::nullopt;
        const auto [came, who] = std::move(m_places.front());
        m_places.pop_front();
        const auto its = m_said.find(who);
        auto message = std::move(its->second.front().message);
        its->second.pop_front();
        if (its->second.empty()) m_said.erase(its);
        return std::pair(std::move(message), came);
    }

  private:
    struct Said {
        std::uint64_t session;
        std::uint64_t sequence;
        Message message;
        std::pair<std::uint64_t, std::uint64_t> number() const { return {session, sequence}; }
    };
    struct Place {
        WallTime came;
        std::string whose;
    };
    std::deque<Place> m_places;                     // sorted
    std::map<std::string, std::deque<Said>> m_said; // by topic and publisher, sorted
    WallTime m_newest{};
};

} // namespace surgescope::feeds
