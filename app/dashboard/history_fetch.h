// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "app/dashboard/options.h"

#include <optional>

namespace surgescope::app {

/// Makes a recording of what a store holds, before there is a window, and says on standard error how far it
/// is; Ctrl+C ends the program. What was fetched before is not fetched again. An Error: why there is none.
std::optional<feeds::Error> fetchHistory(const Options::Fetch& wanted, const Options& options);

} // namespace surgescope::app
