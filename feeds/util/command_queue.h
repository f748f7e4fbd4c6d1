// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// What must not be lost on its way to another thread, unlike what a Mailbox holds: in order, bounded, nobody
/// waits. Any thread may call either function.
template <class T> class CommandQueue {
  public:
    /// People do not give more commands between two looks of a thread.
    static constexpr std::size_t kMost = 1'000;

    /// False: there is no room, and the command is not taken.
    bool put(T command) {
        const std::scoped_lock lock(m_mutex);
        if (m_commands.size() >= kMost) return false;
        m_commands.push_back(std::move(command));
        return true;
    }

    std::vector<T> take() {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(m_commands, {});
    }

  private:
    std::mutex m_mutex;
    std::vector<T> m_commands; // guarded by m_mutex
};

} // namespace surgescope::feeds
