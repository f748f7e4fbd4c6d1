// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"
#include "feeds/util/result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds::sim {

/// A number that a scenario file may set.
struct ScenarioKey {
    std::string_view section;
    std::string_view key;
    double Scenario::*value;
    double least;
    double most;
    std::string_view means;
    bool whole = false;

    std::string name() const { return std::string(section) + "." + std::string(key); }
    /// What is wrong with this value, empty if nothing: "expected a number from 1 to 20".
    std::string refusal(double number) const;
};

/// All of them: what is allowed and what it means stands nowhere else.
std::span<const ScenarioKey> numberKeys();

/// Sets one of them in a scenario that has been read, by "release.albums", or pulls a lever at the start, by
/// "prewarm" or "lever.prewarm". Refused: an unknown name, a value out of range, one that contradicts
/// another.
Result<Scenario> withNumber(Scenario scenario, std::string_view name, double value,
                            const PopCatalogue& catalogue);

/// Every key of a scenario file with its default, range and meaning, a line each.
std::vector<std::string> scenarioKeys();

constexpr double kLeastLeadSeconds = 1;
constexpr double kMostLeadSeconds = 86'400;
constexpr double kMostAffinity = 20;

} // namespace surgescope::feeds::sim
