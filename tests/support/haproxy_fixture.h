// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/http_responder.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::tests {

/// A real HAProxy (master and worker) in a temporary folder and on free ports of 127.0.0.1, set up by the
/// lines of resources/haproxy/surgescope.cfg. What fails throws std::runtime_error.
///
/// Frontend "web" answers /limited/ with 429 and /forbidden/ with 403 by rules, serves /kept/ from a cache
/// and all else from an origin, whose answer a test sets. "tunnel" is in mode tcp to the same origin and
/// rejects 127.0.0.2. "other" answers 200 itself and logs nothing.
class HaproxyFixture {
  public:
    static constexpr const char* kProgram = "/usr/sbin/haproxy";

    /// Access lines go to this UDP port.
    explicit HaproxyFixture(std::uint16_t linesPort);
    /// Before start(): servers on these ports, in turn, instead of the origin.
    void setServers(std::vector<std::uint16_t> ports) { m_servers = std::move(ports); }

    void start();
    void kill() { m_process.kill(); }
    /// A new worker with the same sockets; the old one ends when its last request has.
    void reload();

    std::string socket() const { return (m_folder.path() / "surgescope.sock").string(); }
    /// One value of "show stat", asked for by the test itself and found by column name.
    std::uint64_t stat(const std::string& proxy, const std::string& side, const std::string& column) const;

    std::uint16_t web() const { return m_web; }
    std::uint16_t tunnel() const { return m_tunnel; }
    std::uint16_t other() const { return m_other; }
    HttpResponder& origin() { return m_origin; }
    static std::string answer(int status, const std::string& headers = "");

  private:
    std::string configuration() const;
    std::string masterSocket() const { return (m_folder.path() / "master.sock").string(); }

    TemporaryFolder m_folder;
    HttpResponder m_origin{answer(200)};
    std::uint16_t m_linesPort;
    std::vector<std::uint16_t> m_servers;
    std::uint16_t m_web = 0, m_tunnel = 0, m_other = 0;
    ServerProcess m_process;
};

} // namespace surgescope::tests
