// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/endpoint_status.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/util/clock.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zmq {
class socket_t;
}

/// For .cpp files of the transport.
namespace surgescope::feeds {

/// One way out of a publishing socket: endpoints that are opened alike, by ZeroMQ or by NATS. One thread.
class PublishingLink {
  public:
    virtual ~PublishingLink() = default;

    /// False: nothing of it was sent, because somebody who is waited for did not take it in time.
    virtual bool send(std::string_view topic, std::string_view payload) = 0;
    virtual void expect(const PublishingSocket::Load& load) = 0;
    /// True: somebody new asks for rosters.
    virtual bool readSubscriptions() = 0;
    virtual bool wanted(std::string_view topic) const = 0;
    virtual std::size_t subscriptions() const = 0;
    /// To be waited for until somebody subscribes; null: there is nothing to wait for.
    virtual zmq::socket_t* socket() = 0;

    /// Where we are not let in, and what to do so that we are, as `name`; empty: nowhere.
    virtual std::string problem(const std::string& name) const = 0;
    /// Nothing: nobody watches it.
    virtual std::optional<EndpointStatus> status() const = 0;

    /// Tries again what did not succeed, when that is due. Call at least once a second.
    virtual void keepTrying(SteadyTime now, WallTime wall) = 0;
};

} // namespace surgescope::feeds
