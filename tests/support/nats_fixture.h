// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::tests {

/// Real nats-servers with JetStream, one or a cluster, in temporary folders and on free ports of 127.0.0.1.
/// What fails throws std::runtime_error.
class NatsFixture {
  public:
    static constexpr const char* kProgram = "/usr/sbin/nats-server";

    /// `more`: of each server's configuration. One that names itself is all of it, but for names, ports and
    /// folders.
    explicit NatsFixture(std::size_t servers = 1, std::string more = {});

    /// All that do not run.
    void start();
    void kill(std::size_t server = 0) { m_servers[server]->process.kill(); }
    void restart(std::size_t server = 0) { startOne(*m_servers[server]); }

    /// "nats://127.0.0.1:PORT", of all: "…,127.0.0.1:PORT".
    std::string endpoint() const;
    std::string endpointOf(std::size_t server) const;
    std::uint16_t port(std::size_t server = 0) const { return m_servers[server]->port; }

  private:
    struct Server {
        std::uint16_t port = 0;
        std::uint16_t clusterPort = 0;
        ServerProcess process;
    };
    void startOne(Server& server);
    void configure(std::size_t which) const;

    TemporaryFolder m_folder;
    std::string m_more;
    std::vector<std::unique_ptr<Server>> m_servers;
};

} // namespace surgescope::tests
