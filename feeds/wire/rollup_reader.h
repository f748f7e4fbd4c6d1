// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"

#include <string_view>

namespace surgescope::feeds {

/// As readPlainTotals, of a Rollup: it consists of totals.
[[nodiscard]] bool readPlainRollup(std::string_view bytes, FleetRollup& to);

} // namespace surgescope::feeds
