// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/freshness.h"
#include "feeds/util/clock.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace surgescope::feeds {

/// In one PoP, publishers whose name another one has: their nodes are there, but nothing they say is used.
/// Bounded. One thread.
class Twins {
  public:
    /// One said something, of so many nodes.
    void note(const std::string& publisher, std::uint64_t nodes, SteadyTime now) {
        if (m_twins.size() >= kMost && !m_twins.contains(publisher)) return;
        auto& twin = m_twins[publisher];
        twin = {std::max(twin.nodes, std::min<std::uint64_t>(nodes, limits::kNodesPerMessage)), now};
    }
    /// It has followed the first of its name, or is gone.
    void forget(const std::string& publisher) {
        if (!m_twins.empty()) m_twins.erase(publisher);
    }
    void forgetSilent(SteadyTime now) {
        std::erase_if(m_twins, [&](const auto& entry) {
            return freshness(entry.second.heard, now) == Freshness::silent;
        });
    }
    std::uint64_t nodes() const {
        std::uint64_t sum = 0;
        for (const auto& [publisher, twin] : m_twins)
            sum += twin.nodes;
        return sum;
    }

  private:
    static constexpr std::size_t kMost = 1'000; // remembered
    struct Twin {
        std::uint64_t nodes = 0;
        SteadyTime heard;
    };
    std::map<std::string, Twin> m_twins; // by publisher
};

} // namespace surgescope::feeds
