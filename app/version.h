// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

/// What was built; app/version.cmake writes it at each build.
namespace surgescope::app {

std::string versionNumber(); // of the project: 0.1.0
std::string versionDate();   // of the commit: 2026-11-28; empty: nobody knows
std::string versionText();   // 0.1.0 (1761de7, 2026-11-28), or 0.1.0 (unknown commit)

} // namespace surgescope::app
