// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"
#include "feeds/util/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds::sim {

/// A scenario from TOML; what the file does not set keeps its default. Refused with "FILE:LINE: …" and what
/// was expected, all mistakes at once, a line each: what is no TOML, an unknown section or key, a wrong type,
/// a number out of range, what contradicts itself, a PoP or region that the catalogue does not know, more
/// than a mebibyte.
///
/// A file that does not say audience.mean_listeners is written for the world's 20 M: on an edge that was
/// built for others (PopCatalogue::listeners()), all people it speaks of are as many more or fewer.
Result<Scenario> parseScenario(std::string_view toml, const std::string& name, const std::string& file,
                               const PopCatalogue& catalogue);

/// One of those built in, or a file of the user's. One that names a PoP which `catalogue` does not know is
/// refused, be it built in or not: it is of another edge.
Result<Scenario> loadScenario(const std::string& nameOrFile, const PopCatalogue& catalogue);

/// The scenarios built in (resources/scenarios), by name, of the edge built in.
const std::vector<Scenario>& scenarios();
std::optional<Scenario> findScenario(std::string_view name);

} // namespace surgescope::feeds::sim
