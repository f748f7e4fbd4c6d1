// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/greeting.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <netdb.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace surgescope::feeds {
namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds kGreetsWithin{200};
/// Signature and version; whoever is greeted so says the rest of his greeting.
constexpr std::string_view kGreeting("\xff\0\0\0\0\0\0\0\0\x7f\x03", 11);
/// Behind signature and version.
constexpr std::size_t kMechanism = 12;
constexpr std::size_t kMechanismEnd = 32;

struct Connection {
    int descriptor = -1;
    ~Connection() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

bool awaits(int descriptor, short what, Time until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd one{descriptor, what, 0};
    return left.count() > 0 && ::poll(&one, 1, static_cast<int>(left.count())) == 1 &&
           (one.revents & what) != 0;
}

} // namespace

std::optional<bool> asksForKeys(const std::string& endpoint) {
    const auto until = std::chrono::steady_clock::now() + kGreetsWithin;
    const auto colon = endpoint.rfind(':');
    constexpr std::size_t kHost = 6; // behind tcp://
    if (!endpoint.starts_with("tcp://") || colon <= kHost) return std::nullopt;
    auto host = endpoint.substr(kHost, colon - kHost);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), endpoint.c_str() + colon + 1, &wanted, &found) != 0) return std::nullopt;
    const Connection connection{::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const int socket = connection.descriptor;
    const bool connects =
        socket >= 0 && (::connect(socket, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS);
    ::freeaddrinfo(found);
    if (!connects || !awaits(socket, POLLOUT, until)) return std::nullopt;
    if (::send(socket, kGreeting.data(), kGreeting.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(kGreeting.size()))
        return std::nullopt;
    std::array<char, kMechanismEnd> greeting{};
    std::size_t have = 0;
    while (have < greeting.size()) {
        if (!awaits(socket, POLLIN, until)) return std::nullopt;
        const auto got = ::recv(socket, greeting.data() + have, greeting.size() - have, 0);
        if (got <= 0) return std::nullopt;
        have += static_cast<std::size_t>(got);
    }
    return std::string_view(greeting.data() + kMechanism, greeting.size() - kMechanism).starts_with("CURVE");
}

} // namespace surgescope::feeds
