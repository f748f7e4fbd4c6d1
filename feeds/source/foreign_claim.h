// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/source.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/refusal.h"

#include <optional>

namespace surgescope::feeds {

/// What its speaker's key does not allow a message to say, of what only the decoded message tells; nothing:
/// it may. Asked before anybody records it: in a recording nobody could tell any more. Any thread.
std::optional<Refused> foreignClaim(const RawMessage& message, const Decoded& decoded);

/// Why a message could not be read, and whose it was if its speaker has a key. Any thread.
Refused unreadable(const RawMessage& message, Refused refused);

} // namespace surgescope::feeds
