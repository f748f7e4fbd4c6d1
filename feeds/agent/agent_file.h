// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/watched_node.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// What an agent is told by its file: which nodes it watches, and to whom it reports. The format, with an
/// example of everything: resources/agent/agent.toml.
struct AgentFile {
    std::string name; // whom the wall knows it as; empty: not said
    std::vector<std::string> connect;
    std::vector<std::string> bind;
    std::vector<std::string> relays;
    std::vector<NodePlan> nodes;
};

inline constexpr std::size_t kAgentFileBytes = 4U << 20;
inline constexpr std::size_t kAgentNodes = 10'000;

/// `thisHost` is the name of a node that the file does not name. Errors: everything that is not as it should
/// be, "agent.toml:7: …, expected …", a line each.
Result<AgentFile> readAgentFile(std::string_view text, const std::string& file, const std::string& thisHost);

} // namespace surgescope::feeds
