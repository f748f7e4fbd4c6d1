// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace surgescope::feeds {

/// Which of several relays a publisher speaks to: the first, until nobody there has listened for a while;
/// then the next, round and round. It is told the time. One thread.
class Failover {
  public:
    /// A relay that is started anew is back within it, and hears its agents at once.
    static constexpr std::chrono::milliseconds kPatience{3'000};
    /// Agents do not all come at once to the one that is left.
    static constexpr std::chrono::milliseconds kSpread{1'000};

    /// `relays`: how many; at least one. `seed`: where in the spread this publisher is.
    Failover(std::size_t relays, std::uint64_t seed)
        : m_relays(relays), m_patience(kPatience + std::chrono::milliseconds(seed % kSpread.count())) {}

    enum class Move : std::uint8_t {
        none,
        leaves,  // for the relay at()
        arrives, // is heard at another one than before: a new session is to begin
    };
    /// Whether somebody listens now.
    Move look(bool listens, SteadyTime now) {
        if (listens) {
            m_deafSince.reset();
            const bool arrives = m_heardAt && *m_heardAt != m_at;
            m_heardAt = m_at;
            return arrives ? Move::arrives : Move::none;
        }
        if (!m_deafSince) m_deafSince = now;
        if (m_relays == 1 || now - *m_deafSince < m_patience) return Move::none;
        m_deafSince = now;
        m_at = (m_at + 1) % m_relays;
        return Move::leaves;
    }
    std::size_t at() const { return m_at; }
    /// On its way to another relay: what is said now is of no session there.
    bool isBetween() const { return m_heardAt && *m_heardAt != m_at; }

  private:
    std::size_t m_relays;
    std::chrono::milliseconds m_patience;
    std::size_t m_at = 0;
    std::optional<std::size_t> m_heardAt; // where somebody listened last
    std::optional<SteadyTime> m_deafSince;
};

} // namespace surgescope::feeds
