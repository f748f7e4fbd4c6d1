// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reads Apache httpd's mod_status page in its form for machines, ?auto: lines of "Name: value", some of
/// which come and go with modules, versions and settings. No state; any thread.
namespace surgescope::feeds {

struct HttpdStatus {
    std::string version;     // "Apache/2.4.62 (Debian)"
    std::string restartTime; // when it was started; a graceful restart leaves it, and all counts, as they are
    std::optional<std::uint64_t> accesses; // since then, without the page itself; nothing: ExtendedStatus Off
    std::uint64_t busyWorkers = 0;         // now, with the one that answers
    std::uint64_t idleWorkers = 0;
};

/// Refuses what is no such page: without BusyWorkers and IdleWorkers, or with a number that is none.
Result<HttpdStatus> parseHttpdStatus(std::string_view page);

} // namespace surgescope::feeds
