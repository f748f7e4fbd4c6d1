// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/relay/relay.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What a relay keeps over a restart: the rosters of its agents, as bytes of a file. A line that says what it
/// is, then each roster as it travels, behind its length (4 bytes, least first); a length of 0, and the
/// CRC-32 of all before.
namespace surgescope::feeds {

inline constexpr std::size_t kRosterFileBytes = 256U << 20; // at most

/// `now` is what the messages are stamped with.
std::string rosterFileOf(const Relay& relay, WallTime now);

/// Errors begin with `name`: it is no such file, was cut short or damaged, or holds a roster that no agent
/// could have sent.
Result<std::vector<Roster>> parseRosterFile(std::string_view bytes, const std::string& name);

} // namespace surgescope::feeds
