// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/http_responder.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

#include <cstdint>
#include <string>

namespace surgescope::tests {

/// A real Apache httpd with mod_cache in a temporary folder and on free ports of 127.0.0.1, set up by
/// resources/httpd/surgescope.conf, before an origin whose answer a test sets. What fails throws
/// std::runtime_error.
class HttpdFixture {
  public:
    static constexpr const char* kProgram = "/usr/sbin/apache2";

    HttpdFixture();

    void start();
    void kill() { m_process.kill(); }
    /// As "apachectl graceful" does it; returns when it works again.
    void reload();

    std::uint16_t port() const { return m_port; }
    std::string statusUrl() const {
        return "http://127.0.0.1:" + std::to_string(m_statusPort) + "/server-status?auto";
    }
    std::string log() const { return (m_folder.path() / "log/surgescope.log").string(); }
    HttpResponder& origin() { return m_origin; }
    /// 1000 bytes of body that may be kept.
    static std::string answer(int status, int seconds = 60);

  private:
    void writeConfiguration();

    TemporaryFolder m_folder;
    HttpResponder m_origin{answer(200)};
    std::uint16_t m_port = 0;
    std::uint16_t m_statusPort = 0;
    ServerProcess m_process;
};

} // namespace surgescope::tests
