// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

/// Files of resources/ that the build puts into the programs, so that each is one file to copy to a node.
namespace surgescope::feeds::embedded {

struct File {
    std::string_view name; // without folder and ending
    std::string_view text;
};

std::span<const File> alarms();    // one: the rules
std::span<const File> mappings();  // the agent's presets: metrics of exporters to fields of ours
std::span<const File> pops();      // one: the PoP catalogue
std::span<const File> scenarios(); // the simulator's
std::span<const File> baselines(); // one: the standard rollout

} // namespace surgescope::feeds::embedded
