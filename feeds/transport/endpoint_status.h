// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/util/counted.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// A place that is listened at, and what became of those who came there; for the screen.
struct EndpointStatus {
    std::string name;
    bool binds = false;
    int peers = 0;            // connected just now
    std::uint64_t lost = 0;   // connections that ended, since it was opened
    std::uint64_t failed = 0; // attempts to connect that nobody answered
    /// Connections that were refused or came to nothing, by reason, the worst first.
    std::vector<Counted> troubles{};
    bool full = false;  // no more connections are taken until some end
    bool plain = false; // others may listen in and speak for anybody: without keys, and not within a machine
    std::uint64_t silent =
        0; // connections that ended before it was said who is there: somebody looked, or speaks otherwise
    /// Since when a stream holds what was said here; nothing: nobody keeps it.
    std::optional<WallTime> keptSince{};
    bool operator==(const EndpointStatus&) const = default;
};

} // namespace surgescope::feeds
