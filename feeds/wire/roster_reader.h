// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"

#include <string_view>

namespace surgescope::feeds {

/// As readPlainTotals, of what follows header and PoP in a Roster: its epoch and nodes. They are sent again
/// and again, and the library would allocate each name of each node.
[[nodiscard]] bool readPlainNodes(std::string_view bytes, Roster& to);

} // namespace surgescope::feeds
