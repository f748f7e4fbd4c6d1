// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

/// A UDP socket on 127.0.0.1 that takes one line a datagram and never blocks. Owns the socket. One thread at
/// a time.
class UdpLines {
  public:
    static constexpr int kWantedBufferBytes = 8 << 20;

    /// Port 0: any free one.
    static Result<UdpLines> bind(std::uint16_t port);
    UdpLines(UdpLines&& other) noexcept;
    UdpLines& operator=(UdpLines&& other) noexcept;
    ~UdpLines();

    /// The next datagram, without a line end, valid until the next call; nothing when none is waiting.
    std::optional<std::string_view> next();
    /// Datagrams the kernel dropped since the last call because the buffer was full. The kernel tells with
    /// the next datagram that gets through, so after a flood the number comes late, and not at all if nothing
    /// follows.
    std::uint64_t takeDropped();

    int descriptor() const { return m_socket; }
    std::uint16_t port() const { return m_port; }
    /// What the kernel granted: less than wanted without CAP_NET_ADMIN and a net.core.rmem_max that allows
    /// it.
    int bufferBytes() const { return m_bufferBytes; }

  private:
    UdpLines(int socket, std::uint16_t port, int bufferBytes);

    int m_socket = -1;
    std::uint16_t m_port = 0;
    int m_bufferBytes = 0;
    struct Batch;
    std::unique_ptr<Batch> m_batch;
    std::uint32_t m_kernelDrops = 0; // as last told; wraps
    std::uint64_t m_dropped = 0;
};

} // namespace surgescope::feeds
