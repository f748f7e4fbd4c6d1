// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command_line.h"
#include "app/simulator/compare.h"
#include "app/simulator/edge_check.h"
#include "app/simulator/sweep.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::app {

/// The subcommands that plan: compare, sweep and edge. They simulate faster than real time and print.
class PlanningCommands {
  public:
    explicit PlanningCommands(CLI::App& app);
    /// Runs the one that was given, if one was, and returns its exit status.
    std::optional<int> run();

  private:
    void addLaunch(CLI::App& command, LaunchOptions& options);
    /// Reads the edge and how many nodes there are.
    std::optional<feeds::Error> prepare(LaunchOptions& options, CLI::App& command) const;
    int runCompare();
    int runSweep();
    int runEdge();

    CLI::App& m_app;
    CLI::App* m_compare;
    CLI::App* m_sweep;
    CLI::App* m_edge;
    std::string m_edgeFile;
    std::vector<std::string> m_scenarios; // names or files
    std::string m_scenario = "triple-drop";
    std::string m_by = "world";
    std::vector<std::string> m_vary;
    CompareOptions m_compareOptions;
    SweepOptions m_sweepOptions;
    EdgeCheckOptions m_edgeOptions;
};

} // namespace surgescope::app
