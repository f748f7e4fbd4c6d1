// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/nats_access.h"
#include "feeds/transport/nats_endpoint.h"
#include "feeds/util/result.h"

#include <nats/nats.h>
#include <string>

/// For .cpp files of the transport.
namespace surgescope::feeds {

/// How a connection to servers is made: with what it shows them, and with how much patience. Immutable.
class NatsLogin {
  public:
    /// Errors: a file that cannot be read or is something else.
    static Result<NatsLogin> read(const NatsServers& servers, const NatsAccess& access);
    natsStatus fill(natsOptions* options) const;

  private:
    NatsServers m_servers;
    NatsAccess m_access;
    std::string m_user; // with m_password, of a file of one line
    std::string m_password;
};

} // namespace surgescope::feeds
