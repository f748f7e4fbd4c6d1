// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/scenario.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace surgescope::feeds::sim {

/// The language that most of a country's listeners share with others, or the country itself.
std::string_view languageOf(std::string_view country);

/// How much each PoP's people care for the release: their share of its streams over their share of the
/// audience, 1 on average. Where the scenario says nothing, of a North American rap star; how much a country
/// and a PoP deviate from that is drawn by the seed. `audience`: shares by PopIndex.
std::vector<double> affinities(const PopCatalogue& catalogue, const Scenario& scenario,
                               const std::vector<double>& audience, std::uint64_t seed);

} // namespace surgescope::feeds::sim
