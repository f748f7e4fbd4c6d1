// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/chrony_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kPacketBytes = 104; // request and answer alike
constexpr char kVersion = 6;
constexpr char kRequest = 1;
constexpr char kAnswer = 2;
constexpr std::uint16_t kTracking = 33;
constexpr std::uint16_t kTrackingAnswer = 5;
constexpr std::uint16_t kNotSynchronised = 3; // leap status

// Of an answer, in network order.
constexpr std::size_t kCommandAt = 4; // then the sort of answer, and a status: each 16 bits
constexpr std::size_t kSequenceAt = 16;
constexpr std::size_t kLeapAt = 54;
constexpr std::size_t kCorrectionAt = 68;

void put(std::string& packet, std::size_t at, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i)
        packet[at + i] = static_cast<char>(value >> (8 * (bytes - 1 - i)));
}

std::uint32_t number(std::string_view packet, std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value = value << 8U | static_cast<unsigned char>(packet[at + i]);
    return value;
}

/// chrony's own: 7 bits of exponent, 25 of coefficient, both with a sign.
double floatingPoint(std::uint32_t bits) {
    const auto exponent = static_cast<int>(bits >> 25U);
    const auto coefficient = static_cast<int>(bits & 0x1FFFFFFU);
    return std::ldexp(coefficient >= 1 << 24 ? coefficient - (1 << 25) : coefficient,
                      (exponent >= 1 << 6 ? exponent - (1 << 7) : exponent) - 25);
}

} // namespace

std::string ChronyClient::request(std::uint32_t sequence) {
    std::string packet(kPacketBytes, '\0');
    packet[0] = kVersion;
    packet[1] = kRequest;
    put(packet, kCommandAt, kTracking, 2);
    put(packet, 8, sequence, 4);
    return packet;
}

Result<std::chrono::microseconds> ChronyClient::readAnswer(std::string_view datagram,
                                                           std::uint32_t sequence) {
    constexpr std::size_t header = 20;
    if (datagram.size() < header || datagram[0] != kVersion || datagram[1] != kAnswer ||
        number(datagram, kCommandAt, 2) != kTracking || number(datagram, kSequenceAt, 4) != sequence)
        return Error{"what answers is no chronyd"};
    if (number(datagram, kCommandAt + 4, 2) != 0) return Error{"chronyd refuses to tell"};
    if (number(datagram, kCommandAt + 2, 2) != kTrackingAnswer || datagram.size() < kPacketBytes)
        return Error{"what answers is no chronyd"};
    if (number(datagram, kLeapAt, 2) == kNotSynchronised) return Error{"chronyd has no source of time"};
    const double seconds = std::abs(floatingPoint(number(datagram, kCorrectionAt, 4)));
    return std::chrono::microseconds(std::llround(std::min(seconds, 1e9) * 1e6));
}

ChronyClient::ChronyClient(EventLoop& loop, const Clock& clock, std::uint16_t port)
    : m_loop(loop), m_clock(clock), m_port(port) {}

ChronyClient::~ChronyClient() {
    m_watch = {}; // before its descriptor is another's
    if (m_socket >= 0) ::close(m_socket);
}

void ChronyClient::open() {
    m_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // From here on it hears nobody else.
    if (m_socket < 0 || ::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return;
    m_watch = m_loop.watch(m_socket, [this] { takeAnswers(); });
}

void ChronyClient::ask() {
    if (m_socket < 0) open();
    const std::string packet = request(++m_sequence);
    if (::send(m_socket, packet.data(), packet.size(), MSG_NOSIGNAL) < 0)
        m_answer = Error{"chronyd does not answer: " + std::string(std::strerror(errno))};
}

void ChronyClient::takeAnswers() {
    constexpr int kAtOnce = 8;
    std::array<char, 2 * kPacketBytes> datagram{};
    for (int i = 0; i < kAtOnce; ++i) {
        const ssize_t size = ::recv(m_socket, datagram.data(), datagram.size(), 0);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        m_answeredAt = m_clock.steady();
        if (size < 0) // nobody listens there
            m_answer = Error{"chronyd does not answer: " + std::string(std::strerror(errno))};
        else
            m_answer = readAnswer({datagram.data(), static_cast<std::size_t>(size)}, m_sequence);
    }
}

Result<std::chrono::microseconds> ChronyClient::offset() const {
    if (m_answer && m_clock.steady() - m_answeredAt > kFresh)
        return Error{"chronyd does not answer any more"};
    return m_answer;
}

} // namespace surgescope::feeds
