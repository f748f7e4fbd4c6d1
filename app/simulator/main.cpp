// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-sim: publishes a simulated launch, moves its levers, compares launches.
#include "feeds/model/edge_file.h"
#include "feeds/pipeline/rehearsal.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/scenario_keys.h"
#include "feeds/transport/nats_endpoint.h"
#include "feeds/util/own_process.h"

#include "app/command_line.h"
#include "app/simulator/fleet.h"
#include "app/simulator/planning.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

using namespace surgescope;

namespace {

int publish(CLI::App& app, const feeds::Rehearsal::Options& options, const feeds::PopCatalogue& catalogue) {
    spdlog::set_default_logger(spdlog::stderr_color_mt("surgescope-sim"));
    // Signals are taken by one thread that waits for them; the rest never sees one.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const feeds::SystemClock clock;
    auto opened = feeds::Rehearsal::open(options, catalogue, clock);
    if (!opened) return app::failure(app, opened.error());
    auto& rehearsal = *opened.value();

    for (const auto& endpoint : rehearsal.publisher().boundEndpoints())
        spdlog::info("publishing {} with {} nodes at {}", options.scenario.name, options.nodes, endpoint);
    if (rehearsal.control()) spdlog::info("levers at {}", rehearsal.control()->endpoint());
    std::stop_source stop;
    std::thread signalThread([&] {
        int signal = 0;
        sigwait(&signals, &signal);
        stop.request_stop();
    });
    rehearsal.run(stop.get_token());
    pthread_kill(signalThread.native_handle(), SIGUSR1);
    signalThread.join();
    spdlog::info("sent {} messages, {} bytes", rehearsal.publisher().sentMessages(),
                 rehearsal.publisher().sentBytes());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    feeds::raiseDescriptorLimit();
    CLI::App app("Publishes a simulated launch as telemetry over ZeroMQ.", "surgescope-sim");
    feeds::Rehearsal::Options options;
    options.publisher.name = "simulator";
    std::string scenario = "triple-drop";
    std::uint64_t seconds = 0;
    bool list = false;
    bool keys = false;
    app.add_option("--scenario", scenario, "What happens: a name that --list shows, or a TOML file")
        ->capture_default_str();
    auto* nodes = app.add_option("--nodes", options.nodes, "Nodes around the world; of an edge file, its own")
                      ->capture_default_str()
                      ->check(CLI::Range(1, 4'000'000));
    std::string edge;
    app::addEdgeOption(app, edge);
    feeds::Trust::Options trust;
    app::addTrustOptions(app, trust);
    app.add_option("--bind", options.publisher.bind,
                   "Endpoint to publish at, for example tcp://*:5556; repeatable");
    app.add_option("--connect", options.publisher.connect,
                   "Endpoint to publish to, also a NATS cluster: tls://nats-1,nats-2; repeatable");
    app.add_option("--control", options.control,
                   "Endpoint where levers can be pulled, for example tcp://127.0.0.1:5557");
    app.add_option("--seed", options.seed, "Same seed, same bytes")->capture_default_str();
    auto* speed = app.add_option("--speed", options.speed,
                                 "Simulated seconds per second, as far as those who listen take that")
                      ->capture_default_str()
                      ->check(CLI::Range(0.01, 1000.0));
    auto* duration = app.add_option("--duration", seconds, "Stop after so many simulated seconds")
                         ->check(CLI::Range(1, 1'000'000));
    app::FleetCommand fleet;
    std::string faults;
    std::int64_t fleetStart = 0;
    auto* publishers =
        app.add_option(
               "--publishers", fleet.fleet.publishers,
               "Plays a fleet of so many publishers, each with a connection of its own and a share of the "
               "nodes, in real time")
            ->check(CLI::Range(1, 1'000'000));
    app.add_option(
           "--relay", fleet.fleet.relays,
           "Instead of --connect, each publisher connects to one of these at a time, to the next when it "
           "is gone; repeatable")
        ->needs(publishers);
    auto* faultsOption =
        app.add_option("--faults", faults, "TOML file of what publishers do wrong; see SIMULATOR.md")
            ->needs(publishers);
    app.add_option("--expect", fleet.expect, "Writes what the fleet really did to this file, as JSON")
        ->take_last()
        ->needs(publishers);
    // For the processes that a large fleet is played in.
    app.add_option("--fleet-process", fleet.fleet.process)->group("");
    app.add_option("--fleet-processes", fleet.fleet.processes)->group("");
    auto* startOption = app.add_option("--fleet-start", fleetStart)->group("");
    app.add_flag("--list", list, "Lists the scenarios and ends");
    app.add_flag("--keys", keys, "Lists what a scenario file may set, and the levers, and ends");

    auto* lever = app.add_subcommand("lever", "Pulls a lever of a running simulation");
    std::string setting;
    std::string control;
    lever->add_option("setting", setting, "NAME=VALUE; surgescope-sim --keys lists them")->required();
    lever->add_option("--control", control, "Where the simulation listens, as given to it")->required();
    app::addKeysOption(*lever, trust);

    app::PlanningCommands planning(app);
    if (const auto status = app::parseCommandLine(app, argc, argv)) return *status;

    if (list) {
        for (const auto& s : feeds::sim::scenarios())
            std::cout << s.name << "\t" << s.summary << "\n";
        return 0;
    }
    if (keys) {
        for (const auto& line : feeds::sim::scenarioKeys())
            std::cout << line << "\n";
        return 0;
    }
    if (const auto status = planning.run()) return *status;
    if (*lever) {
        feeds::ZmqContext context(std::make_shared<feeds::Trust>(trust));
        const auto answer = feeds::ask(feeds::kLevers, control, setting, std::chrono::seconds(3), context);
        if (!answer) return app::failure(app, answer.error());
        std::cout << *answer << "\n";
        return 0;
    }
    const auto chosen = feeds::catalogueOf(edge);
    if (!chosen) return app::commandLineError(app, "--edge: " + chosen.error());
    const auto& catalogue = **chosen;
    if (catalogue.isInventory() && !*nodes) options.nodes = catalogue.expectedNodes();
    auto loaded = feeds::sim::loadScenario(scenario, catalogue);
    if (!loaded) return app::commandLineError(app, "--scenario: " + loaded.error());
    options.scenario = std::move(loaded.value());
    if (*duration) options.seconds = seconds;
    const auto whom = std::make_shared<feeds::Trust>(trust);
    if (*publishers) {
        if (options.publisher.connect.empty() == fleet.fleet.relays.empty() ||
            !options.publisher.bind.empty() || !options.control.empty() || *speed)
            return app::commandLineError(app, "--publishers needs --connect or --relay, and does not go with "
                                              "--bind, --control or --speed");
        constexpr std::size_t kMostByNats = 200; // each connection takes three threads
        if (fleet.fleet.publishers > kMostByNats &&
            (std::ranges::any_of(options.publisher.connect, feeds::isNats) ||
             std::ranges::any_of(fleet.fleet.relays, feeds::isNats)))
            return app::commandLineError(app, "--publishers: expected at most " +
                                                  std::to_string(kMostByNats) +
                                                  " straight to NATS; more go through a relay");
        if (*faultsOption) {
            auto read = feeds::loadFaults(faults);
            if (!read) return app::commandLineError(app, "--faults: " + read.error());
            fleet.fleet.faults = std::move(read.value());
        }
        fleet.fleet.trust = whom;
        fleet.fleet.scenario = std::move(options.scenario);
        fleet.fleet.nodes = options.nodes;
        fleet.fleet.seed = options.seed;
        fleet.fleet.connect = options.publisher.connect;
        fleet.fleet.seconds = options.seconds;
        if (*startOption) fleet.fleet.start = feeds::feedSecond(fleetStart);
        fleet.commandLine.assign(argv, argv + argc);
        return app::playFleet(app, std::move(fleet), catalogue);
    }
    if (options.publisher.bind.empty() && options.publisher.connect.empty())
        return app::commandLineError(app, "--bind or --connect is required");
    // Faster than real time, who does not keep up is waited for.
    options.publisher.lossless = options.speed > 1;
    options.publisher.context = std::make_shared<feeds::ZmqContext>(whom);
    options.publisher.warn = [](const std::string& text) { spdlog::warn("{}", text); };
    options.publisher.inform = [](const std::string& text) { spdlog::info("{}", text); };
    return publish(app, options, catalogue);
}
