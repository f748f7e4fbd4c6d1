// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/util/token_bucket.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/refusal.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace surgescope::feeds {

/// How much of a source each publisher may take: so many messages and bytes a second, and of the room for
/// what waits no more than is free beside it. So one alone may fill half of it, three that flood a quarter
/// each, and who comes then still finds room (dynamic thresholds: Choudhury, Hahne, IEEE/ACM Transactions on
/// Networking 6, 1998). Remembers a publisher only as long as it makes a difference, and a bounded number of
/// them: those beyond share what one may take. One thread.
class PublisherShares {
  public:
    struct Bounds {
        double messagesPerSecond = limits::kPublisherMessagesPerSecond;
        double bytesPerSecond = limits::kPublisherBytesPerSecond;
        std::size_t waitingBytes = limits::kWaitingBytes; // of all together
        std::size_t publishers = limits::kPublishersAtOnce;
    };
    struct Share {
        TokenBucket messages;
        TokenBucket bytes;
        std::size_t waiting = 0; // bytes
    };

    explicit PublisherShares(const Bounds& bounds);

    /// A message wants to wait: its publisher's share, which `bytes` are added to, or why it must not: flood
    /// or queueFull. The share stays valid until all that waits of it has been released.
    std::variant<Share*, Refusal> admit(std::string_view publisher, std::size_t bytes, SteadyTime now);
    /// It waits no longer.
    void release(Share& share, std::size_t bytes);

    std::size_t waiting() const { return m_waiting; } // bytes of all
    std::size_t publishers() const { return m_shares.size(); }
    const Bounds& bounds() const { return m_bounds; }

  private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    Share& shareOf(std::string_view publisher, SteadyTime now);
    void forgetIdle(SteadyTime now);

    Bounds m_bounds;
    std::unordered_map<std::string, Share, Hash, std::equal_to<>> m_shares; // by publisher
    Share m_others;                                                         // of those beyond the bound
    std::size_t m_waiting = 0;
    std::size_t m_forgetAt; // publishers
    SteadyTime m_forgotten; // when that was done the last time
};

} // namespace surgescope::feeds
