// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Where a server's access lines come from: datagrams on a UDP port of 127.0.0.1, or a file that is followed
/// through rotation. Lines are handed over as they come, from EventLoop::turn() or drain(). One thread.
class LineSource {
  public:
    using Take = std::function<void(std::string_view)>;

    /// `where`: "udp:15140" (0: any free port) or a file's absolute path. Errors: neither, or a port that
    /// cannot be listened on. A file need not be there yet.
    static Result<std::unique_ptr<LineSource>> open(const std::string& where, EventLoop& loop, Take take);
    /// Whether `where` is a UDP port.
    static bool isPort(const std::string& where);
    virtual ~LineSource() = default;

    /// Hands over what waits, within bounds.
    virtual void drain() = 0;
    /// Lines that are known to have been written and did not come, since the last call.
    virtual std::uint64_t takeLost() = 0;
    /// Why nothing can come, "/var/log/x.log: Permission denied"; empty: it can.
    virtual std::string trouble() const = 0;
    /// The UDP port; 0: it is none.
    virtual std::uint16_t port() const { return 0; }
};

} // namespace surgescope::feeds
