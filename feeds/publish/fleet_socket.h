// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/zmq_context.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// One of very many connections that send messages as they are: a publisher of a simulated fleet. Takes two
/// file descriptors and, connected, some ten kilobytes. Never waits: what nobody subscribes to or what does
/// not fit in its queue is dropped. One thread at a time.
class FleetSocket {
  public:
    /// Sockets that share a context without being short of it.
    static constexpr std::size_t kPerContext = 500;
    /// Descriptors that a socket takes, and a context besides.
    static constexpr std::size_t kDescriptors = 2;
    static constexpr std::size_t kDescriptorsOfContext = 8;

    /// Refuses an endpoint that cannot be used, naming it and why, and a context that has no more sockets.
    static Result<std::unique_ptr<FleetSocket>> open(const std::vector<std::string>& connect,
                                                     std::shared_ptr<ZmqContext> context);
    virtual ~FleetSocket() = default;

    /// Reads who subscribes. True: somebody new asks for rosters.
    virtual bool readSubscriptions() = 0;
    /// As of the last reading.
    virtual bool wanted(std::string_view topic) const = 0;
    /// False: nobody wants it, or it could not be sent.
    virtual bool send(std::string_view topic, std::string_view payload) = 0;
};

} // namespace surgescope::feeds
