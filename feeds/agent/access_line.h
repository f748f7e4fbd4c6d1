// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/request_tally.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <string_view>

/// Reads the access lines that the files under resources/ make servers write: one flat JSON object a line,
/// bare or behind a syslog header; which keys there are: AGENTS.md, "Access lines". What stands in them was
/// sent by strangers: anything that is not such a line is answered with an Error, and nothing here throws. No
/// state; any thread.
namespace surgescope::feeds {

/// A UDP datagram can hold no more.
inline constexpr std::size_t kAccessLineBytes = 65'536;

Result<Exchange> parseAccessLine(std::string_view line);

} // namespace surgescope::feeds
