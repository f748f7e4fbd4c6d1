// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/context.h"

#include <zmq.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// For .cpp files of the transport.
namespace surgescope::feeds {

/// What ZeroMQ tells of a socket's connections. Its thread waits until somebody has heard it, so the queue
/// has no bound: read it. One thread; told about from before anything is bound or connected.
class Monitor {
  public:
    struct Event {
        std::uint16_t kind = 0; // ZMQ_EVENT_…
        std::int32_t value = 0;
        std::string address;
    };

    /// `socket` must outlive it. `events`: the kinds that matter.
    Monitor(ZmqContext& context, zmq::socket_t& socket, int events);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    /// The oldest that was not read; nothing: there is none, or, when it waits, there will be no more.
    std::optional<Event> next(bool waits);
    /// No more events; ends a next() of another thread that waits. By the socket's thread.
    void stop();

  private:
    zmq::socket_t& m_socket;
    zmq::socket_t m_receiver;
    bool m_stopped = false;
};

} // namespace surgescope::feeds
