// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/http_responder.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

#include <cstdint>
#include <string>

namespace surgescope::tests {

/// A real Traffic Server in a temporary folder and on a free port of 127.0.0.1, set up by the files under
/// resources/trafficserver, before an origin whose answer a test sets. What fails throws std::runtime_error.
class TrafficserverFixture {
  public:
    static constexpr const char* kProgram = "/usr/bin/traffic_server";

    /// Counters are refreshed so often; 0: as Traffic Server does it unless it is told.
    explicit TrafficserverFixture(unsigned refreshMs);

    void start();
    void kill() { m_process.kill(); }

    std::uint16_t port() const { return m_port; }
    std::string statsUrl() const { return "http://127.0.0.1:" + std::to_string(m_port) + "/_stats"; }
    std::string log() const { return (m_folder.path() / "log/surgescope.log").string(); }
    HttpResponder& origin() { return m_origin; }
    /// An answer that may be kept for a minute: 1000 bytes of body.
    static std::string answer(int status);

  private:
    void writeConfiguration();

    TemporaryFolder m_folder;
    HttpResponder m_origin{answer(200)};
    unsigned m_refreshMs;
    std::uint16_t m_port = 0;
    ServerProcess m_process;
};

} // namespace surgescope::tests
