// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <zmq.hpp>

#include <optional>
#include <string>
#include <vector>

/// Opening endpoints alike for whoever reads and whoever sends. For .cpp files that stand on ZeroMQ.
namespace surgescope::feeds {

/// How many may knock at once before others have to knock again: a fleet comes back within a second.
inline constexpr int kBacklog = 4'096;

/// What ZeroMQ would let pass and misread, as a port modulo 65536; `verb`: "bind" or "connect to".
std::optional<Error> checkEndpoint(const char* verb, const std::string& endpoint);

/// Binds and connects; the first endpoint that cannot be used is named with the reason.
std::optional<Error> openEndpoints(zmq::socket_t& socket, const std::vector<std::string>& bind,
                                   const std::vector<std::string>& connect, int backlog = kBacklog);

} // namespace surgescope::feeds
