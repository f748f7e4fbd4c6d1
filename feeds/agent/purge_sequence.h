// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace surgescope::feeds {

/// Which purges of an issuer's numbered stream this node has not applied: those that came and failed, and
/// those it only knows of because a later number came. Bounded memory, whatever numbers come. One thread at a
/// time.
class PurgeSequence {
  public:
    static constexpr std::size_t kGaps = 4096;            // remembered at once; the oldest is given up first
    static constexpr std::uint64_t kFarthest = 1'000'000; // a jump beyond is an issuer that counts anew

    /// A purge with this number came; the first one says where counting begins.
    void note(std::uint64_t sequence, bool applied);

    std::uint64_t pending() const { return m_pending; }
    /// Numbers no longer waited for, because there were too many gaps or the issuer counts anew.
    std::uint64_t givenUp() const { return m_givenUp; }

  private:
    void open(std::uint64_t first, std::uint64_t last);
    void close(std::uint64_t sequence);
    void trim();
    void restart(std::uint64_t head);

    std::map<std::uint64_t, std::uint64_t> m_gaps; // first → last not applied, apart from each other
    std::uint64_t m_head = 0;                      // the highest number seen
    bool m_started = false;
    std::uint64_t m_pending = 0;
    std::uint64_t m_givenUp = 0;
};

} // namespace surgescope::feeds
