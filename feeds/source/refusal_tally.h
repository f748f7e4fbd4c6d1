// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/refusal.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace surgescope::feeds {

/// Refusals that are told later, alike ones as one: nobody wants to hear of a flood message by message.
/// Bounded: what there is no line for is counted with another of its reason. One thread.
class RefusalTally {
  public:
    /// `who`: alike ones have the same. `text()` says of whom and why, without how many; asked once for all
    /// that are alike.
    template <class Text> void add(Refusal reason, std::string_view who, Text text) {
        Entry* another = nullptr;
        for (auto& entry : m_entries) {
            if (entry.refused.reason != reason) continue;
            another = &entry;
            if (entry.who == who) break;
        }
        if (another && (another->who == who || m_entries.size() >= kMost))
            ++another->refused.count;
        else // beyond the bound there is one entry of each reason
            m_entries.push_back({std::string(who), {reason, text(), 1}});
    }

    /// The oldest; nothing when all were told.
    std::optional<Refused> take() {
        if (m_entries.empty()) return std::nullopt;
        auto refused = std::move(m_entries.front().refused);
        m_entries.pop_front();
        if (refused.count > 1) refused.text += ": " + std::to_string(refused.count) + " messages";
        return refused;
    }

  private:
    static constexpr std::size_t kMost = 16;
    struct Entry {
        std::string who;
        Refused refused;
    };
    std::deque<Entry> m_entries;
};

} // namespace surgescope::feeds
