// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::tests {

/// A real varnishd before a real nginx, in a temporary folder and on free ports of 127.0.0.1. Its VCL begins
/// with resources/varnish/surgescope.vcl as it is. What fails throws std::runtime_error.
///
/// Everything is cached, with three exceptions: /pass/ is passed on, /pipe/ is piped, and /refused/ is
/// answered 403, which the VCL says it refuses. /stale/ is good for no time, and for an hour of grace.
/// /again/ is restarted as /. /whole includes /part by ESI. /held/, and /pipe/held/, go to another origin,
/// heldPort(), where a test listens itself.
class VarnishFixture {
  public:
    static constexpr const char* kProgram = "/usr/sbin/varnishd";
    static constexpr const char* kOriginProgram = "/usr/sbin/nginx";

    /// `parameters`: more of varnishd's, {"-l", "1m"}.
    explicit VarnishFixture(std::vector<std::string> parameters = {});

    /// Before start(): this origin, which somebody else runs.
    void setOrigin(std::uint16_t port) { m_foreignOrigin = port; }
    void start();
    /// Both of varnishd's processes, as a crash would; the origin goes on.
    void kill() { m_varnish.kill(); }
    /// Kills the process that serves; the other one starts it again at once, with nothing in its cache.
    /// Returns when that serves.
    void restartChild();

    void putObject(const std::string& path, std::string_view content) const;

    HttpReply get(const std::string& path, const std::vector<std::string>& headers = {}) const;
    /// "PURGE", "BAN" (by the key that `path` then is), or "GET", which fetches anew.
    HttpReply purge(const std::string& method, const std::string& path, std::uint64_t sequence,
                    std::uint64_t issuedAtUs) const;

    std::string name() const { return (m_folder.path() / "varnish").string(); } // as in varnishd -n
    std::uint16_t port() const { return m_port; }
    std::uint16_t originPort() const { return m_originPort; }
    std::uint16_t heldPort() const { return m_heldPort; }

  private:
    void writeConfigurations() const;

    TemporaryFolder m_folder;
    std::vector<std::string> m_parameters;
    std::uint16_t m_foreignOrigin = 0; // 0: its own
    std::uint16_t m_port = 0, m_originPort = 0, m_heldPort = 0;
    ServerProcess m_origin;
    ServerProcess m_varnish;
};

} // namespace surgescope::tests
