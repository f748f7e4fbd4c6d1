// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace surgescope::tests {

/// Sends datagrams to a port of 127.0.0.1, as nginx does. Over loopback they have arrived when send()
/// returns.
class UdpSender {
  public:
    explicit UdpSender(std::uint16_t port) : m_socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_good = ::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~UdpSender() { ::close(m_socket); }
    UdpSender(const UdpSender&) = delete;
    UdpSender& operator=(const UdpSender&) = delete;

    bool send(std::string_view datagram) {
        return m_good && ::send(m_socket, datagram.data(), datagram.size(), 0) >= 0;
    }

  private:
    int m_socket;
    bool m_good = false;
};

} // namespace surgescope::tests
