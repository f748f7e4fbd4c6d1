// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/unix_query.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace surgescope::feeds {
namespace {

/// "/run/haproxy/admin.sock: connection refused"
Error unixError(const std::string& path, int number) {
    return Error{path + ": " + (number == EAGAIN ? "its queue is full" : std::strerror(number))};
}

} // namespace

UnixQuery::UnixQuery(EventLoop& loop, std::string path, std::string command, std::size_t mostBytes)
    : m_loop(loop), m_path(std::move(path)), m_command(std::move(command)), m_mostBytes(mostBytes) {}

UnixQuery::~UnixQuery() {
    giveUp();
}

void UnixQuery::ask(Answered answered) {
    giveUp();
    m_answered = std::move(answered);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (m_path.size() >= sizeof address.sun_path) return end(unixError(m_path, ENAMETOOLONG));
    m_path.copy(address.sun_path, m_path.size());
    m_socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (m_socket < 0 || ::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return end(unixError(m_path, errno));
    // The socket's buffer is empty and takes a command whole.
    const ssize_t sent = ::send(m_socket, m_command.data(), m_command.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(m_command.size()))
        return end(unixError(m_path, sent < 0 ? errno : ENOBUFS));
    m_watch = m_loop.watch(m_socket, [this] { read(); });
}

void UnixQuery::read() {
    std::array<char, 16'384> part{};
    for (;;) {
        const ssize_t size = ::recv(m_socket, part.data(), part.size(), 0);
        if (size == 0) return end(std::move(m_answer));
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (size < 0) return end(unixError(m_path, errno));
        if (m_answer.size() + static_cast<std::size_t>(size) > m_mostBytes)
            return end(Error{m_path + ": answers with more than " + std::to_string(m_mostBytes) + " bytes"});
        m_answer.append(part.data(), static_cast<std::size_t>(size));
    }
}

void UnixQuery::end(Result<std::string> answer) {
    const auto answered = std::exchange(m_answered, nullptr);
    giveUp();
    answered(std::move(answer));
}

void UnixQuery::giveUp() {
    m_watch = EventLoop::Handle();
    if (m_socket >= 0) ::close(m_socket);
    m_socket = -1;
    m_answered = nullptr;
    m_answer.clear();
}

} // namespace surgescope::feeds
