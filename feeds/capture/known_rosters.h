// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// The last roster of each publisher and topic as it was received: what a file that begins in the middle of a
/// launch must know. Holds so many bytes and no more; beyond them those that were not renewed for longest are
/// forgotten, and counted. A farewell removes what it takes leave of. A copy shares the payloads. One thread.
class KnownRosters {
  public:
    static constexpr std::size_t kMostBytes = 128U << 20;

    explicit KnownRosters(std::size_t mostBytes = kMostBytes) : m_most(mostBytes) {}

    /// Any message: what is no roster of a publisher is passed over.
    void received(std::string_view topic, std::string_view payload);

    bool empty() const { return m_rosters.empty(); }
    std::size_t size() const { return m_rosters.size(); }
    /// What they take, with what holding them takes.
    std::size_t bytes() const { return m_bytes; }
    /// Rosters that there was no room for, so far.
    std::uint64_t forgotten() const { return m_forgotten; }

    /// Calls `use(topic, payload)` with each, always in the same order.
    template <class Use> void forEach(Use use) const {
        for (const auto& [key, known] : m_rosters)
            use(std::string_view(key).substr(0, key.find('\0')), std::string_view(*known.payload));
    }

  private:
    struct Known {
        std::shared_ptr<const std::string> payload;
        std::uint64_t renewed = 0; // rises with each that came
    };
    using Rosters = std::map<std::string, Known, std::less<>>; // by topic, a zero byte, publisher

    static std::size_t bytesOf(const Rosters::value_type& entry);
    Rosters::iterator erase(Rosters::iterator at);
    void makeRoom();

    std::size_t m_most;
    Rosters m_rosters;
    std::size_t m_bytes = 0;
    std::uint64_t m_received = 0;
    std::uint64_t m_forgotten = 0;
};

} // namespace surgescope::feeds
