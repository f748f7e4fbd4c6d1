// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

namespace surgescope::feeds {

/// Whether what listens at an endpoint of this machine, tcp://127.0.0.1:5556, asks for keys: its greeting
/// names the mechanism (ZMTP 3.0, ZeroMQ's RFC 23). Nothing: nobody is there, or he says nothing within a
/// fifth of a second. Waits that long: for a start, and not for the feed's thread.
std::optional<bool> asksForKeys(const std::string& endpoint);

} // namespace surgescope::feeds
