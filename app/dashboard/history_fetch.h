// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "app/dashboard/options.h"

#include <optional>

namespace surgescope::app {

/// Fetches what --history asks for into options.replay, before there is a window, and says on standard error
/// how far it is; Ctrl+C ends the program. What was fetched before is not fetched again. An Error: why there
/// is nothing to play.
std::optional<feeds::Error> fetchHistory(const Options& options);

} // namespace surgescope::app
