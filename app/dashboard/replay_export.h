// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "app/dashboard/options.h"

#include <optional>

namespace surgescope::app {

/// Writes a view of a recording as the wall would show it, without a window and without a screen. Makes the
/// application object. Nothing: the file is whole; an Error: there is none.
std::optional<feeds::Error> exportReplay(const Options& options, int& argc, char** argv);

} // namespace surgescope::app
