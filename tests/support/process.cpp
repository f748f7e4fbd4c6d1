// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace surgescope::tests {

Process::Process(const std::vector<std::string>& command) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
    m_pid = ::fork();
    if (m_pid < 0) throw std::runtime_error("no process");
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(pipe[1], STDOUT_FILENO);
        ::close(pipe[0]);
        ::close(pipe[1]);
        std::vector<char*> arguments;
        for (const auto& word : command)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(pipe[1]);
    m_output = pipe[0];
}

Process::~Process() {
    if (m_pid > 0) {
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    ::close(m_output);
}

std::optional<std::string> Process::readLine(std::chrono::steady_clock::time_point deadline) {
    std::array<char, 4096> part{};
    for (;;) {
        if (const auto end = m_rest.find('\n'); end != std::string::npos) {
            auto line = m_rest.substr(0, end);
            m_rest.erase(0, end + 1);
            return line;
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd descriptor{m_output, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&descriptor, 1, static_cast<int>(left.count())) <= 0)
            return std::nullopt;
        const auto size = ::read(m_output, part.data(), part.size());
        if (size <= 0) return std::nullopt;
        m_rest.append(part.data(), static_cast<std::size_t>(size));
    }
}

int Process::terminate() {
    ::kill(m_pid, SIGTERM);
    return wait();
}

int Process::interrupt() {
    ::kill(m_pid, SIGINT);
    return wait();
}

int Process::wait() {
    int status = 0;
    while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int freeUdpPort() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(fd);
    if (!bound) throw std::runtime_error("no free UDP port");
    return ntohs(address.sin_port);
}

} // namespace surgescope::tests
