// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/replay_control.h"

namespace surgescope::feeds::replay {

void Control::send(const Command& command) {
    {
        const std::scoped_lock lock(m_mutex);
        // Dragging sends many: only the last place counts.
        if (std::holds_alternative<Seek>(command) && !m_commands.empty() &&
            std::holds_alternative<Seek>(m_commands.back()))
            m_commands.pop_back();
        m_commands.push_back(command);
    }
    m_news.notify_one();
}

Status Control::status() const {
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

std::vector<Command> Control::take(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(m_mutex);
    if (timeout.count() > 0) {
        m_news.wait_for(lock, timeout, [this] { return m_woken || !m_commands.empty(); });
        m_woken = false;
    }
    return std::exchange(m_commands, {});
}

void Control::publish(const Status& status) {
    const std::scoped_lock lock(m_mutex);
    m_status = status;
}

void Control::wake() {
    {
        const std::scoped_lock lock(m_mutex);
        m_woken = true;
    }
    m_news.notify_one();
}

} // namespace surgescope::feeds::replay
