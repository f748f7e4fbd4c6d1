// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/source.h"
#include "feeds/transport/context.h"
#include "feeds/util/result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Where live telemetry comes from, as a command line says it: endpoints decide how.
struct FeedEndpoints {
    std::vector<std::string> connect;
    std::vector<std::string> bind;
    /// Of what a NATS cluster keeps, to begin with.
    std::chrono::seconds history{0};
    /// Instead: all of it since then, as if it were received then, as fast as it is taken. SeekEnds says that
    /// this was all.
    std::optional<WallTime> playFrom;
    /// For publishers of this process: what is not handled yet waits at them instead, unbounded.
    bool publishersWait = false;
    std::shared_ptr<ZmqContext> context; // with who is trusted; null: one of its own
};

/// One NATS cluster, or any number of ZeroMQ's endpoints. Refuses one that cannot be used, naming it and why.
Result<std::unique_ptr<Source>> openFeed(const FeedEndpoints& endpoints);

} // namespace surgescope::feeds
