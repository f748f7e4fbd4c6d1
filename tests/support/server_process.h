// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/catch.h"

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace surgescope::tests {

/// A server that is not ours, run for real with a process group of its own. It is killed with all its
/// children when this ends, or the thread that started it. Every wait has a deadline; what fails throws
/// std::runtime_error, which fails a test. One thread at a time.
class ServerProcess {
  public:
    ServerProcess() = default;
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// Returns when its output (both of them) says `ready`.
    void start(const std::vector<std::string>& command, std::string_view ready);
    bool runs() const { return m_pid >= 0; }
    void signal(int number);
    /// Waits until its output says `text` once more, from here on.
    void awaitOutput(std::string_view text);
    /// As a crash would (SIGKILL), and waits until the last of its processes is gone.
    void kill();

  private:
    pid_t m_pid = -1;
    int m_output = -1; // ends when the last of its processes has
};

/// A TCP port of 127.0.0.1 that nobody uses just now, nor any other test until this process ends.
std::uint16_t freeTcpPort();

struct HttpReply {
    int status = 0;   // 0: no answer that could be read
    std::string head; // status line and headers
    std::string body;
};

/// Sends bytes as they are to a port of 127.0.0.1 and reads to the end; `from`: another address of ours.
HttpReply sendHttp(std::uint16_t port, std::string_view bytes, const char* from = "127.0.0.1");
/// One request on a connection of its own.
HttpReply askHttp(std::uint16_t port, const std::string& path, const std::string& method = "GET",
                  const std::vector<std::string>& headers = {});

/// Puts `to` wherever `from` stands.
void replaceEach(std::string& text, std::string_view from, std::string_view to);
/// A file of the project, "resources/nginx/surgescope.conf".
std::string projectFile(const std::string& path);

/// A folder and all in it, for a server that works as another user.
void giveTo(const char* user, const std::filesystem::path& folder);

/// For tests with a server that is not installed everywhere: true, and says so on standard output, where
/// ctest sees it (SKIP_REGULAR_EXPRESSION). Catch2 knows how to skip from version 3 on only.
inline bool skippedWithout(const std::filesystem::path& program, const char* package) {
    if (std::filesystem::exists(program)) return false;
    WARN("skipped: there is no " << program.string() << " (Debian: " << package << ")");
    std::cout << "surgescope: skipped, there is no " << program.string() << '\n';
    return true;
}

} // namespace surgescope::tests
