// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/planning.h"

#include "feeds/model/edge_file.h"
#include "feeds/sim/scenario_file.h"

namespace surgescope::app {

PlanningCommands::PlanningCommands(CLI::App& app)
    : m_app(app),
      m_compare(app.add_subcommand(
          "compare", "Simulates scenarios faster than real time and prints what their telemetry said")),
      m_sweep(app.add_subcommand("sweep", "Simulates a scenario over a grid of its numbers and of levers")),
      m_edge(app.add_subcommand("edge", "Explains an edge: what it can do, what fills it, what is odd")) {
    m_compare->add_option("scenarios", m_scenarios, "Names or TOML files")->required();
    m_compare->add_option("--by", m_by, "world, region or pop")
        ->capture_default_str()
        ->check(CLI::IsMember({"world", "region", "pop"}));
    m_compare->add_option("--format", m_compareOptions.format, "text, csv or json")
        ->capture_default_str()
        ->check(CLI::IsMember({"text", "csv", "json"}));
    m_compare
        ->add_option("--series", m_compareOptions.seriesSeconds,
                     "Time series instead: as CSV, a row of means for each so many seconds")
        ->check(CLI::Range(1, 3'600));
    addLaunch(*m_compare, m_compareOptions);
    addEdgeOption(*m_compare, m_edgeFile);

    m_sweep->add_option("scenario", m_scenario, "Name or TOML file")->required();
    m_sweep
        ->add_option("--vary", m_vary,
                     "KEY=FROM..TO:STEPS or KEY=VALUE, of a scenario's key or a lever that stands there from "
                     "the beginning; repeatable")
        ->required();
    m_sweepOptions.measures = {
        "api_change_peak",    "saturation_pop_p99_peak", "pops_overloaded_peak", "errors_peak",
        "ttfb_hit_p95_worst", "metadata_p50_worst",      "hit_ratio_lowest",     "egress_peak"};
    m_sweep
        ->add_option("--measure", m_sweepOptions.measures, "What to tell, as compare --format csv calls it")
        ->delimiter(',')
        ->capture_default_str();
    m_sweep->add_option("--format", m_sweepOptions.format, "text or csv")
        ->capture_default_str()
        ->check(CLI::IsMember({"text", "csv"}));
    m_sweepOptions.nodes = 4'000; // they share what there is: more of them say nearly the same, later
    addLaunch(*m_sweep, m_sweepOptions);
    addEdgeOption(*m_sweep, m_edgeFile);

    m_edge->add_option("--check", m_edgeFile, "Edge file to explain; without it the edge built in");
    m_edge->add_option("--scenario", m_scenario, "Name or TOML file of the launch to try")
        ->capture_default_str();
    addLaunch(*m_edge, m_edgeOptions);
}

void PlanningCommands::addLaunch(CLI::App& command, LaunchOptions& options) {
    command.add_option("--until", options.untilSeconds, "Seconds after T-0 to go to")
        ->capture_default_str()
        ->check(CLI::Range(1, 86'400));
    command.add_option("--nodes", options.nodes, "Nodes around the world; of an edge file, its own")
        ->capture_default_str()
        ->check(CLI::Range(1, 4'000'000));
    command.add_option("--seed", options.seed, "Same seed, same bytes")->capture_default_str();
}

std::optional<feeds::Error> PlanningCommands::prepare(LaunchOptions& options, CLI::App& command) const {
    auto chosen = feeds::catalogueOf(m_edgeFile);
    if (!chosen)
        return feeds::Error{std::string(&command == m_edge ? "--check: " : "--edge: ") + chosen.error()};
    options.catalogue = std::move(chosen.value());
    if (options.catalogue->isInventory() && command.count("--nodes") == 0)
        options.nodes = options.catalogue->expectedNodes();
    return std::nullopt;
}

std::optional<int> PlanningCommands::run() {
    if (*m_compare) return runCompare();
    if (*m_sweep) return runSweep();
    if (*m_edge) return runEdge();
    return std::nullopt;
}

int PlanningCommands::runCompare() {
    auto& options = m_compareOptions;
    if (const auto error = prepare(options, *m_compare)) return commandLineError(m_app, error->text);
    for (const auto& name : m_scenarios) {
        auto loaded = feeds::sim::loadScenario(name, *options.catalogue);
        if (!loaded) return commandLineError(m_app, loaded.error());
        options.scenarios.push_back(std::move(loaded.value()));
    }
    options.grouping = *feeds::sim::groupingOf(m_by);
    if (const auto refusal = options.refusal()) return commandLineError(m_app, *refusal);
    return compare(options);
}

int PlanningCommands::runSweep() {
    auto& options = m_sweepOptions;
    if (const auto error = prepare(options, *m_sweep)) return commandLineError(m_app, error->text);
    auto loaded = feeds::sim::loadScenario(m_scenario, *options.catalogue);
    if (!loaded) return commandLineError(m_app, loaded.error());
    options.scenario = std::move(loaded.value());
    for (const auto& text : m_vary) {
        auto axis = parseAxis(text);
        if (!axis) return commandLineError(m_app, axis.error());
        options.axes.push_back(std::move(axis.value()));
    }
    const auto status = sweep(options);
    return status ? *status : failure(m_app, status.error());
}

int PlanningCommands::runEdge() {
    auto& options = m_edgeOptions;
    if (const auto error = prepare(options, *m_edge)) return commandLineError(m_app, error->text);
    auto loaded = feeds::sim::loadScenario(m_scenario, *options.catalogue);
    if (!loaded) return commandLineError(m_app, loaded.error());
    options.scenario = std::move(loaded.value());
    return checkEdge(options);
}

} // namespace surgescope::app
