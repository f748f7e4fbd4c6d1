// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <zmq.hpp>

#include <chrono>
#include <span>

namespace surgescope::feeds {

/// Waits until there is something to read on one of them. False: there is not, because the time is over or
/// because a signal came, as Ctrl+C does. That is no error: its handler has said what it wants, and who waits
/// looks for that next.
inline bool pollSockets(std::span<zmq::pollitem_t> items, std::chrono::milliseconds timeout) {
    const int ready =
        ::zmq_poll(items.data(), static_cast<int>(items.size()), static_cast<long>(timeout.count()));
    if (ready < 0 && ::zmq_errno() != EINTR) throw zmq::error_t();
    return ready > 0;
}

} // namespace surgescope::feeds
