// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Tells clients from networks that were never seen before from those that were: many of them at once are a
/// mark of an attack, for a crowd comes from where people always came from (Jung, Krishnamurthy, Rabinovich:
/// Flash Crowds and Denial of Service Attacks, WWW 2002). Keeps no address: bits of hashes of /24 and /48
/// prefixes, salted anew at each start, in Bloom filters of a fixed size. One thread.
///
/// A prefix is new from its first request until kNewFor later at most, and known from then on for one to two
/// times kRemembered. With a million prefixes a day one in forty new ones is taken for a known one.
class PrefixSketch {
  public:
    static constexpr std::chrono::minutes kNewFor{10};
    static constexpr std::chrono::hours kRemembered{24};
    static constexpr std::size_t kBits = std::size_t{1} << 23; // of each of three filters: 3 MiB in all

    explicit PrefixSketch(SteadyTime now, std::uint64_t salt = unguessable());
    /// Or somebody could choose networks that look known.
    static std::uint64_t unguessable();

    /// Whether this client's prefix is new; nothing when it is no IP address. Remembers it.
    std::optional<bool> note(std::string_view address);
    /// Time has passed: what was new long enough becomes known.
    void turn(SteadyTime now);
    /// Until it has watched for kNewFor everybody would be new.
    bool hasLearned() const { return m_learned; }

  private:
    using Filter = std::vector<std::uint64_t>;

    Filter m_before; // the day before
    Filter m_known;  // this day, what is no longer new
    Filter m_fresh;  // since the last turn
    std::uint64_t m_salt;
    SteadyTime m_day;
    SteadyTime m_turned;
    bool m_learned = false;
};

} // namespace surgescope::feeds
