// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <string>
#include <vector>

namespace surgescope::feeds {

class Trust;

/// Servers of one NATS cluster, any of which will do.
struct NatsServers {
    std::string endpoint;          // as it was given
    std::vector<std::string> urls; // nats://HOST:PORT or tls://HOST:PORT
    bool plain = false;            // others may listen in: on another machine, and not encrypted
};

/// nats:// or tls://: it goes through NATS, and everything else through ZeroMQ.
bool isNats(const std::string& endpoint);

/// nats://HOST[:PORT][,HOST[:PORT]…], encrypted with tls://. Refuses what is something else, a name or
/// password in it, which everybody on the machine could read, and servers of another machine without
/// encryption unless `trust` says that this is meant.
Result<NatsServers> natsServersOf(const std::string& endpoint, const Trust* trust);

} // namespace surgescope::feeds
