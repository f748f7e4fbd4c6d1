// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temporary_folder.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace surgescope::tests {

struct HttpAnswer {
    int status = 0;    // 0: no answer that could be read
    std::string cache; // the X-Cache header: $upstream_cache_status
    std::string body;
};

/// A real nginx origin and a real nginx caching edge in a temporary folder and on free ports of 127.0.0.1.
/// The edge includes resources/nginx/surgescope.conf as it is, but for its two port numbers. Both end with
/// the fixture, or with the thread that started them. Every wait has a deadline; what fails throws
/// std::runtime_error, which fails a test. One thread at a time.
///
/// The origin serves files: add them with putObject(). The edge caches all but /api/, which goes to the
/// origin's files under the same path and is limited to 50 requests a second with bursts of 10 (429).
class NginxFixture {
  public:
    /// The edge sends its access lines to this UDP port. Nothing runs before start().
    explicit NginxFixture(std::uint16_t syslogPort);
    ~NginxFixture();
    NginxFixture(const NginxFixture&) = delete;
    NginxFixture& operator=(const NginxFixture&) = delete;

    /// Starts what is not running and returns when both accept connections.
    void start();
    /// Kills the edge as a crash would (SIGKILL, its workers as well); the origin goes on.
    void kill();
    /// Kills the edge and starts it again on the same ports, with the cache it left on disk.
    void restart();

    void putObject(const std::string& path, std::string_view content);
    void removeObject(const std::string& path);

    HttpAnswer get(const std::string& path, const std::vector<std::string>& headers = {});
    HttpAnswer purge(const std::string& path, const std::string& id, std::uint64_t sequence,
                     std::uint64_t issuedAtUs);
    /// Sends bytes as they are to the edge and reads the answer to its end.
    HttpAnswer send(std::string_view bytes);

    /// What the edge logged, from a file: the same lines that went over UDP. nginx writes a line after it
    /// answered, so waits until there are `atLeast`.
    std::vector<std::string> accessLogLines(std::size_t atLeast = 0) const;

    std::uint16_t edgePort() const { return m_edge.port; }
    std::uint16_t originPort() const { return m_origin.port; }
    std::string statusUrl() const;
    const std::filesystem::path& folder() const { return m_folder.path(); }

  private:
    struct Server {
        std::filesystem::path configuration;
        std::uint16_t port = 0;
        pid_t pid = -1;
        int messages = -1; // its error log; ends when the last of its processes has
    };

    void writeConfigurations();
    void startServer(Server& server);
    static void killServer(Server& server);

    TemporaryFolder m_folder;
    std::uint16_t m_syslogPort;
    std::uint16_t m_statusPort = 0;
    Server m_origin;
    Server m_edge;
};

} // namespace surgescope::tests
