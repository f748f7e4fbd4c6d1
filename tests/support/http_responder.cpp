// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/http_responder.h"

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace surgescope::tests {

HttpResponder::HttpResponder(std::string answer)
    : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), m_stop(::eventfd(0, EFD_CLOEXEC)),
      m_answer(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(m_listener, SOMAXCONN) != 0 ||
        ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("the HTTP responder cannot listen");
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { serve(); });
}

HttpResponder::~HttpResponder() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_stop, &one, sizeof one);
    m_thread.join();
    ::close(m_listener);
    ::close(m_stop);
}

void HttpResponder::setAnswer(std::string answer) {
    const std::scoped_lock lock(m_mutex);
    m_answer = std::move(answer);
}

std::string HttpResponder::page(const std::string& body, const std::string& server) {
    return "HTTP/1.1 200 OK\r\nServer: " + server + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

std::string HttpResponder::lastRequest() {
    const std::scoped_lock lock(m_mutex);
    return m_request;
}

namespace {
/// Its head, and as much of a body as the head announces, are there.
bool isWhole(const std::string& request) {
    constexpr std::string_view kLength = "Content-Length: ";
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto length = request.find(kLength);
    if (length >= end) return true;
    return request.size() - end - 4 >= std::stoul(request.substr(length + kLength.size(), 20));
}
} // namespace

void HttpResponder::serve() {
    std::vector<int> silent; // held open until the end
    for (;;) {
        std::array<pollfd, 2> descriptors{pollfd{m_listener, POLLIN, 0}, pollfd{m_stop, POLLIN, 0}};
        ::poll(descriptors.data(), descriptors.size(), -1);
        if (descriptors[1].revents != 0) break;
        const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        std::string request;
        std::array<char, 1024> part{};
        while (!isWhole(request)) {
            const ssize_t size = ::recv(fd, part.data(), part.size(), 0);
            if (size <= 0) break;
            request.append(part.data(), static_cast<std::size_t>(size));
        }
        std::string answer;
        {
            const std::scoped_lock lock(m_mutex);
            answer = m_answer;
            m_request = request;
        }
        ++m_requests;
        if (answer.empty()) {
            silent.push_back(fd);
            continue;
        }
        std::string_view rest = answer;
        while (!rest.empty()) {
            const ssize_t sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
        ::close(fd);
    }
    for (const int fd : silent)
        ::close(fd);
}

} // namespace surgescope::tests
