// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/connection_watch.h"
#include "feeds/transport/endpoint_status.h"
#include "feeds/transport/trust.h"
#include "feeds/transport/way.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <zmq.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// A subscribing socket and the endpoints it has, made anew when what it connects to does not let it in.
/// Knows whose messages it brings. One thread.
class ZmqLink {
  public:
    struct Options {
        Way way;
        int receiveHighWaterMark = 0;
        ConnectionWatch::Bound bound;
    };

    /// Errors: an endpoint that cannot be used, named with the reason.
    static Result<std::unique_ptr<ZmqLink>> open(std::shared_ptr<ZmqContext> context, Options options);

    zmq::socket_t& socket() { return *m_socket; }
    /// `topics`: what is subscribed to, for a new socket. Call now and then.
    void keepTrying(SteadyTime now, const std::vector<std::string>& topics);

    /// Who said it; null: anybody may say anything here.
    std::shared_ptr<const Permit> speaker(zmq::message_t& message) const;

    std::vector<EndpointStatus> endpoints() const;

  private:
    ZmqLink(std::shared_ptr<ZmqContext> context, Options options);
    std::optional<Error> openSocket();

    std::shared_ptr<ZmqContext> m_context;
    Options m_options;
    Attempts m_attempts;
    std::vector<EndpointStatus> m_before; // of the sockets before this one
    std::optional<zmq::socket_t> m_socket;
    std::unique_ptr<ConnectionWatch> m_watch; // of m_socket
    bool m_metNoted = false;
};

} // namespace surgescope::feeds
