// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/server_process.h"

#include "tests/support/wait.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <random>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace surgescope::tests {
namespace {

[[noreturn]] void failServer(const std::string& what) {
    throw std::runtime_error("server: " + what +
                             (errno != 0 ? std::string(": ") + std::strerror(errno) : ""));
}

sockaddr_in loopbackPort(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// Below 0: another test has it. Until the process ends: what a server binds does not tell, as HAProxy binds
/// also what another HAProxy has, and both get what comes.
int claimOf(std::uint16_t port) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const auto text = "surgescope-test-port-" + std::to_string(port);
    text.copy(name.sun_path + 1, sizeof name.sun_path - 1); // behind a 0: a name without a file
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), size) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
}

/// Reads until `text` is there (true) or the other end has closed (false).
bool readTo(int fd, std::string_view text, std::string& read) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::array<char, 4096> part{};
    while (text.empty() || read.find(text) == std::string::npos) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd descriptor{fd, POLLIN, 0};
        errno = 0;
        if (left.count() <= 0 || ::poll(&descriptor, 1, static_cast<int>(left.count())) == 0)
            failServer("waited in vain for '" + std::string(text) + "'; came so far: " + read);
        const ssize_t size = ::read(fd, part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        read.append(part.data(), static_cast<std::size_t>(size));
    }
    return true;
}

} // namespace

ServerProcess::~ServerProcess() {
    try {
        kill();
    } catch (const std::runtime_error& error) {
        std::cerr << error.what() << '\n';
    }
}

void ServerProcess::start(const std::vector<std::string>& command, std::string_view ready) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) failServer("no pipe");
    std::vector<char*> arguments;
    for (const auto& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    m_pid = ::fork();
    if (m_pid == 0) { // nothing but system calls from here on
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(1);
        ::fcntl(pipe[1], F_SETFL, O_NONBLOCK); // nobody reads on once it runs: it must not wait for us
        ::dup2(pipe[1], STDOUT_FILENO);
        ::dup2(pipe[1], STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(pipe[1]);
    m_output = pipe[0];
    if (m_pid < 0) failServer("cannot fork");
    ::setpgid(m_pid, m_pid);
    std::string said;
    if (!readTo(m_output, ready, said)) {
        kill();
        errno = 0;
        failServer(command.front() + " does not start: " + said);
    }
}

void ServerProcess::signal(int number) {
    ::kill(m_pid, number);
}

void ServerProcess::awaitOutput(std::string_view text) {
    std::string said;
    if (!readTo(m_output, text, said)) failServer("ended: " + said);
}

void ServerProcess::kill() {
    if (m_pid >= 0) {
        ::kill(-m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
        std::string rest; // its children are init's now: the pipe tells when the last is gone
        readTo(m_output, {}, rest);
    }
    if (m_output >= 0) ::close(m_output);
    m_pid = m_output = -1;
}

std::uint16_t freeTcpPort() {
    // Below those that are given to whoever connects: one of a server that is started again stays free.
    static std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<std::uint16_t> below(10'000, 32'000);
    for (int tries = 0; tries < 100; ++tries) {
        const auto port = below(random);
        const int claim = claimOf(port);
        if (claim < 0) continue;
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = loopbackPort(port);
        const bool isFree = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        if (fd >= 0) ::close(fd);
        if (isFree) return port; // its claim stays
        ::close(claim);
    }
    failServer("no free port");
}

HttpReply sendHttp(std::uint16_t port, std::string_view bytes, const char* from) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto own = loopbackPort(0);
    ::inet_pton(AF_INET, from, &own.sin_addr);
    const auto address = loopbackPort(port);
    std::string answer;
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()))
        readTo(fd, {}, answer);
    ::close(fd);
    HttpReply reply;
    const auto end = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.") || answer.size() < 12 || end == std::string::npos) return reply;
    reply.status = std::atoi(answer.c_str() + 9);
    reply.head = answer.substr(0, end);
    reply.body = answer.substr(end + 4);
    return reply;
}

HttpReply askHttp(std::uint16_t port, const std::string& path, const std::string& method,
                  const std::vector<std::string>& headers) {
    std::string text = method + " " + path + " HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n";
    for (const std::string& header : headers)
        text += header + "\r\n";
    return sendHttp(port, text + "\r\n");
}

void replaceEach(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

void giveTo(const char* user, const std::filesystem::path& folder) {
    const passwd* who = ::getpwnam(user);
    if (who == nullptr) failServer(std::string("there is no user ") + user);
    const auto give = [who](const std::filesystem::path& path) {
        if (::chown(path.c_str(), who->pw_uid, who->pw_gid) != 0)
            failServer("cannot give away " + path.string());
    };
    give(folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        give(entry.path());
}

std::string projectFile(const std::string& path) {
    std::ifstream in(std::string(SURGESCOPE_SOURCE_DIR) + "/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

} // namespace surgescope::tests
