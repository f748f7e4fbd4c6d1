// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-sim: publishes a simulated launch.
#include "feeds/pipeline/rehearsal.h"

#include "app/command_line.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

using namespace surgescope;

int main(int argc, char** argv) {
    CLI::App app("Publishes a simulated launch as telemetry over ZeroMQ.", "surgescope-sim");
    feeds::Rehearsal::Options options;
    options.publisher.name = "simulator";
    std::string scenario = "triple-drop";
    std::uint64_t seconds = 0;
    bool list = false;
    app.add_option("--scenario", scenario, "What happens; --list shows the choices")->capture_default_str();
    app.add_option("--nodes", options.nodes, "Nodes around the world")
        ->capture_default_str()
        ->check(CLI::Range(1, 4'000'000));
    app.add_option("--bind", options.publisher.bind,
                   "Endpoint to publish at, for example tcp://*:5556; repeatable");
    app.add_option("--connect", options.publisher.connect, "Endpoint to publish to; repeatable");
    app.add_option("--seed", options.seed, "Same seed, same bytes")->capture_default_str();
    app.add_option("--speed", options.speed, "Simulated seconds per second")
        ->capture_default_str()
        ->check(CLI::Range(0.01, 1000.0));
    auto* duration = app.add_option("--duration", seconds, "Stop after so many simulated seconds")
                         ->check(CLI::Range(1, 1'000'000));
    app.add_flag("--list", list, "Lists the scenarios and ends");
    if (const auto status = app::parseCommandLine(app, argc, argv)) return *status;

    if (list) {
        for (const auto& s : feeds::sim::scenarios())
            std::cout << s.name << "\t" << s.summary << "\n";
        return 0;
    }
    const auto found = feeds::sim::findScenario(scenario);
    if (!found)
        return app::commandLineError(app,
                                     "--scenario: no scenario named '" + scenario + "'; --list shows them");
    options.scenario = *found;
    if (*duration) options.seconds = seconds;
    if (options.publisher.bind.empty() && options.publisher.connect.empty())
        return app::commandLineError(app, "--bind or --connect is required");

    spdlog::set_default_logger(spdlog::stderr_color_mt("surgescope-sim"));
    // Signals are taken by one thread that waits for them; the rest never sees one.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const feeds::SystemClock clock;
    auto opened = feeds::Rehearsal::open(options, feeds::PopCatalogue::builtIn(), clock);
    if (!opened) return app::commandLineError(app, opened.error());
    auto& rehearsal = *opened.value();

    for (const auto& endpoint : rehearsal.publisher().boundEndpoints())
        spdlog::info("publishing {} with {} nodes at {}", options.scenario.name, options.nodes, endpoint);
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
