// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/watched_node.h"
#include "feeds/publish/publisher.h"
#include "feeds/transport/trust.h"
#include "feeds/util/result.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace surgescope::app {

inline constexpr const char* kAgentProgram = "surgescope-agent";

/// The agent's command line, as it was written.
struct AgentOptions {
    std::string file; // --config; empty: none
    std::string pop;
    std::string node;
    std::string name;
    std::vector<std::string> collect;
    std::string edge;
    feeds::Trust::Options trust;
    feeds::Publisher::Options publisher;
    bool once = false;
    bool check = false;
};

void addAgentOptions(CLI::App& app, AgentOptions& options);

/// What an agent is to do.
struct AgentTask {
    std::vector<feeds::NodePlan> nodes;
    feeds::Publisher::Options publisher;
};

/// By the command line, and by the file it names, which is read anew at each call.
feeds::Result<AgentTask> planOf(const AgentOptions& options);

/// An error when reports would go nowhere.
std::optional<feeds::Error> checkEndpoints(const feeds::Publisher::Options& publisher);

/// "node edge-1 of the PoP EWR", "512 nodes of 12 PoPs"
std::string whatIsWatched(const std::vector<feeds::NodePlan>& nodes);

} // namespace surgescope::app
