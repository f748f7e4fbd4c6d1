// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

namespace surgescope::tests {

/// A server of the system with a folder of its own, run in the foreground and gone with this object.
struct RealServer {
    TemporaryFolder folder;
    std::unique_ptr<Process> process;

    static bool installed(const std::string& program) { return ::access(program.c_str(), X_OK) == 0; }

    std::string write(const std::string& name, const std::string& text) const {
        const auto path = (folder.path() / name).string();
        std::ofstream(path) << text;
        return path;
    }
    /// What it says goes into a file of the folder: nobody reads it while it runs.
    void run(const std::string& command) {
        process.reset();
        const std::string within = "cd '" + folder.path().string() + "' && HOME=$PWD exec " + command;
        process =
            std::make_unique<Process>(std::vector<std::string>{"/bin/sh", "-c", within + " >>said 2>&1"});
    }
};

inline sockaddr_in loopbackAddress(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A TCP port of 127.0.0.1 that nobody uses just now.
inline std::uint16_t freeTcpPort() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopbackAddress(0);
    socklen_t size = sizeof address;
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(fd);
    if (!bound) throw std::runtime_error("no free TCP port");
    return ntohs(address.sin_port);
}

/// Sends these bytes over a connection of their own and reads until the other end closes; empty when it is
/// not there or says nothing for ten seconds.
inline std::string sendAndRead(std::uint16_t port, const std::string& bytes) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto address = loopbackAddress(port);
    std::string answer;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())) {
        std::array<char, 4096> part{};
        for (ssize_t size = 0; (size = ::recv(fd, part.data(), part.size(), 0)) > 0;)
            answer.append(part.data(), static_cast<std::size_t>(size));
    }
    ::close(fd);
    return answer;
}

inline std::string httpGet(std::uint16_t port, const std::string& path) {
    return sendAndRead(port, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

} // namespace surgescope::tests
