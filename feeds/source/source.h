// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/endpoint_status.h"
#include "feeds/util/clock.h"
#include "feeds/wire/refusal.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace surgescope::feeds {

/// One message as it came, not looked at yet. Owned by the source, valid until its next receive().
struct RawMessage {
    std::string_view topic;
    std::string_view payload;
    WallTime arrived{};   // stamped once, by the source; never earlier than that of the message before
    SteadyTime heardAt{}; // the same moment by the source's steady clock
    const Permit* permit = nullptr; // what who said it may say; null: anything
};

/// Where telemetry comes from: yields bytes, so that nothing behind it can tell a live feed from a simulated
/// or a replayed one. What a source can do is asked of its capabilities and never of its type. Used by one
/// thread, but for wake(), which any thread may call.
class Source {
  public:
    struct Capabilities {
        bool canPause = false;
        bool canSetSpeed = false;
        bool canSeek = false;
        bool canSelectTopics =
            false; // subscribe() and unsubscribe() spare the publisher what nobody looks at
    };

    using Endpoint = EndpointStatus;

    struct Nothing {}; // the timeout passed, or wake() was called
    /// Time jumps: what follows does not go on from what came before. Until SeekEnds comes what brings the
    /// past back; only then is the picture whole. From SeekIsNear on it lacks nothing but points of the
    /// coarser rings: views that reach back no further than Rollup::kFineRange are whole.
    struct SeekBegins {};
    struct SeekIsNear {};
    struct SeekEnds {};
    using Received = std::variant<Nothing, RawMessage, Refused, SeekBegins, SeekIsNear, SeekEnds>;

    virtual ~Source() = default;
    virtual Capabilities capabilities() const = 0;

    /// Waits at most `timeout` for the next message. Refused: something came that is no message of ours.
    virtual Received receive(std::chrono::milliseconds timeout) = 0;

    /// Topics beginning with `prefix` are wanted, or no longer.
    virtual void subscribe(const std::string& prefix) = 0;
    virtual void unsubscribe(const std::string& prefix) = 0;

    virtual std::vector<Endpoint> endpoints() const = 0;

    /// The clock that what was received ages by: a recording's stands still with it. `real`: the machine's.
    virtual const Clock& clock(const Clock& real) const { return real; }

    /// Ends a receive() that waits.
    virtual void wake() = 0;
};

} // namespace surgescope::feeds
