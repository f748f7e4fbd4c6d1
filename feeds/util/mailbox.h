// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace surgescope::feeds {

/// One slot between two threads: the latest value wins, nobody waits. Any thread may call either function.
template <class T> class Mailbox {
  public:
    /// Replaces what is in the slot. Returns true when something unread was overwritten.
    bool put(std::shared_ptr<const T> value) {
        std::shared_ptr<const T> old; // destroyed outside the lock
        {
            const std::scoped_lock lock(m_mutex);
            old = std::exchange(m_slot, std::move(value));
        }
        return old != nullptr;
    }

    /// Empties the slot; null when nothing new has come.
    std::shared_ptr<const T> take() {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_slot, nullptr);
    }

  private:
    std::mutex m_mutex;
    std::shared_ptr<const T> m_slot; // guarded by m_mutex
};

} // namespace surgescope::feeds
