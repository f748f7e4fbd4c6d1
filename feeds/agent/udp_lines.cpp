// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/udp_lines.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kDatagramBytes = 65'536;

Error failed(std::uint16_t port, const char* what) {
    return Error{"UDP port " + std::to_string(port) + ": " + what + ": " + std::strerror(errno)};
}

} // namespace

/// Datagrams as one call of the kernel's brings them.
struct UdpLines::Batch {
    static constexpr std::size_t kMost = 16;
    std::array<std::vector<char>, kMost> datagrams;
    std::array<iovec, kMost> parts{};
    std::array<mmsghdr, kMost> messages{};
    struct alignas(cmsghdr) Control {
        std::array<char, CMSG_SPACE(sizeof(std::uint32_t)) + 64> bytes{};
    };
    std::array<Control, kMost> controls{};
    std::size_t count = 0;
    std::size_t next = 0;

    Batch() {
        for (std::size_t i = 0; i < kMost; ++i) {
            datagrams[i].resize(kDatagramBytes);
            parts[i] = {datagrams[i].data(), datagrams[i].size()};
        }
    }
    void receive(int socket) {
        for (std::size_t i = 0; i < kMost; ++i) {
            messages[i].msg_hdr = {};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            messages[i].msg_hdr.msg_control = controls[i].bytes.data();
            messages[i].msg_hdr.msg_controllen = controls[i].bytes.size();
        }
        int received = 0;
        do {
            received = ::recvmmsg(socket, messages.data(), kMost, MSG_DONTWAIT, nullptr);
        } while (received < 0 && errno == EINTR);
        count = static_cast<std::size_t>(std::max(received, 0));
        next = 0;
    }
};

Result<UdpLines> UdpLines::bind(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed(port, "cannot make a socket");
    UdpLines lines(fd, port, 0); // closes it on every way out
    const int wanted = kWantedBufferBytes;
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    const int on = 1;
    if (::setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) != 0)
        return failed(port, "the kernel will not count drops");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failed(port, "cannot listen on 127.0.0.1");
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return failed(port, "has no name");
    lines.m_port = ntohs(address.sin_port);
    size = sizeof lines.m_bufferBytes;
    ::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &lines.m_bufferBytes, &size);
    lines.m_bufferBytes /= 2; // the kernel doubles it for its own book-keeping
    return lines;
}

UdpLines::UdpLines(int socket, std::uint16_t port, int bufferBytes)
    : m_socket(socket), m_port(port), m_bufferBytes(bufferBytes), m_batch(std::make_unique<Batch>()) {}

UdpLines::UdpLines(UdpLines&& other) noexcept {
    *this = std::move(other);
}

UdpLines& UdpLines::operator=(UdpLines&& other) noexcept {
    std::swap(m_socket, other.m_socket);
    std::swap(m_port, other.m_port);
    std::swap(m_bufferBytes, other.m_bufferBytes);
    std::swap(m_batch, other.m_batch);
    std::swap(m_kernelDrops, other.m_kernelDrops);
    std::swap(m_dropped, other.m_dropped);
    return *this;
}

UdpLines::~UdpLines() {
    if (m_socket >= 0) ::close(m_socket);
}

std::optional<std::string_view> UdpLines::next() {
    if (m_batch->next == m_batch->count) m_batch->receive(m_socket);
    if (m_batch->next == m_batch->count) return std::nullopt;
    const std::size_t i = m_batch->next++;
    msghdr& message = m_batch->messages[i].msg_hdr;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
        std::uint32_t drops = 0;
        std::memcpy(&drops, CMSG_DATA(c), sizeof drops);
        m_dropped += drops - m_kernelDrops; // modulo 2^32
        m_kernelDrops = drops;
    }
    std::string_view line(m_batch->datagrams[i].data(), m_batch->messages[i].msg_len);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\0'))
        line.remove_suffix(1);
    return line;
}

std::uint64_t UdpLines::takeDropped() {
    return std::exchange(m_dropped, 0);
}

} // namespace surgescope::feeds
