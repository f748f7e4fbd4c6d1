// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstdint>
#include <string_view>

namespace surgescope::feeds {

/// The seven numbers of nginx's stub_status page. The first three count since nginx started, the others are
/// now.
struct NginxStatus {
    std::uint64_t accepts = 0;
    std::uint64_t handled = 0; // accepts - handled were dropped for want of worker_connections
    std::uint64_t requests = 0;
    std::uint64_t active = 0; // waiting ones included, and the one that asks
    std::uint64_t reading = 0;
    std::uint64_t writing = 0;
    std::uint64_t waiting = 0;
    bool operator==(const NginxStatus&) const = default;
};

/// Refuses whatever is not exactly such a page. Any thread.
Result<NginxStatus> parseNginxStatus(std::string_view text);

} // namespace surgescope::feeds
