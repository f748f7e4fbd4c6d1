// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/fleet.h"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace surgescope::app {
namespace {

using namespace feeds;
using nlohmann::ordered_json;

constexpr std::size_t kOtherDescriptors = 200; // that a process needs besides connections
constexpr std::size_t kMostProcesses = 64;

/// How many descriptors this process may have, after asking for as many as it may get.
std::size_t descriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1'024;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1'000'000));
}

ordered_json jsonOf(const FleetVoice& voice) {
    const auto& fault = voice.fault();
    const auto& done = voice.account();
    ordered_json json;
    json["name"] = voice.name();
    json["nodes"] = 0;
    std::uint64_t nodes = 0;
    for (const auto& part : voice.parts())
        nodes += part.count;
    json["nodes"] = nodes;
    json["fault"] = nameOf(fault.kind);
    if (fault.seconds != 0) json["seconds"] = fault.seconds;
    if (fault.everySeconds != 0) json["every_s"] = fault.everySeconds;
    if (fault.share != 0) json["share"] = fault.share;
    json["reports"] = done.reports;
    json["node_columns"] = done.columns;
    json["rosters"] = done.rosters;
    json["others"] = done.others;
    json["requests"] = done.requests;
    json["sent"] = done.sent;
    json["unheard"] = done.unheard;
    json["lost"] = done.lost;
    json["kept"] = voice.kept();
    json["sessions"] = done.sessions;
    for (const auto& [from, until] : done.cutOff)
        json["cut_off"].push_back({unixSeconds(from), unixSeconds(until)});
    return json;
}

ordered_json jsonOf(const PublisherFleet& fleet, const PublisherFleet::Options& options) {
    ordered_json json;
    json["seed"] = options.seed;
    json["scenario"] = options.scenario.name;
    json["requests"] = fleet.totals()[Counter::requests];
    json["bytes_out"] = fleet.totals()[Counter::bytes_out];
    json["node_seconds"] = fleet.totals()[Counter::node_seconds];
    json["latest_s"] = fleet.latest();
    json["publishers"] = ordered_json::array();
    for (const auto& voice : fleet.voices())
        json["publishers"].push_back(jsonOf(voice));
    json["seconds"] = ordered_json::array();
    for (const auto& second : fleet.seconds())
        json["seconds"].push_back(
            {{"end", unixSeconds(second.end)}, {"requests", second.requests}, {"nodes", second.nodes}});
    return json;
}

bool write(const std::string& path, const ordered_json& json) {
    std::ofstream file(path);
    file << json.dump(1) << '\n';
    return static_cast<bool>(file.flush());
}

void tellFaults(const std::vector<FleetVoice>& voices) {
    constexpr std::size_t kNamed = 3;
    for (const auto kind : {VoiceFault::Kind::clock, VoiceFault::Kind::restart, VoiceFault::Kind::twin,
                            VoiceFault::Kind::loss, VoiceFault::Kind::queue, VoiceFault::Kind::twoWays}) {
        std::size_t count = 0;
        std::string names;
        for (const auto& voice : voices) {
            if (voice.fault().kind != kind) continue;
            if (count++ < kNamed) names += (names.empty() ? "" : ", ") + voice.name();
        }
        if (count > 0)
            spdlog::info("{} with {}: {}{}", count, nameOf(kind), names, count > kNamed ? ", …" : "");
    }
}

sigset_t endingSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1})
        sigaddset(&signals, signal);
    return signals;
}

int playHere(CLI::App& app, const FleetCommand& command, const PopCatalogue& catalogue) {
    const auto signals = endingSignals();
    const SystemClock clock;
    const auto opened = PublisherFleet::open(command.fleet, catalogue, clock);
    if (!opened) return failure(app, opened.error());
    auto& fleet = **opened;
    spdlog::info("{} publishers of {} speak for {} nodes", fleet.voices().size(), command.fleet.publishers,
                 command.fleet.nodes);
    tellFaults(fleet.voices());
    std::stop_source stop;
    std::thread signalThread([&] {
        int signal = 0;
        sigwait(&signals, &signal);
        stop.request_stop();
    });
    fleet.run(stop.get_token());
    pthread_kill(signalThread.native_handle(), SIGUSR1);
    signalThread.join();
    if (!fleet.problem().empty()) spdlog::warn("{}", fleet.problem());
    FleetVoice::Account all;
    for (const auto& voice : fleet.voices()) {
        all.reports += voice.account().reports;
        all.sent += voice.account().sent;
        all.unheard += voice.account().unheard;
        all.lost += voice.account().lost;
    }
    spdlog::info(
        "{} s: {} reports made, {} messages sent, {} unheard, {} lost on purpose; {:.2f} s late at worst",
        fleet.seconds().size(), all.reports, all.sent, all.unheard, all.lost, fleet.latest());
    if (command.expect.empty() || write(command.expect, jsonOf(fleet, command.fleet))) return 0;
    return failure(app, "--expect: cannot write '" + command.expect + "'");
}

/// Adds what another process played; seconds and totals of the whole fleet each of them has.
void join(ordered_json& all, ordered_json& more) {
    for (auto& voice : more["publishers"])
        all["publishers"].push_back(std::move(voice));
    all["latest_s"] = std::max(all.value("latest_s", 0.0), more.value("latest_s", 0.0));
}

/// What the processes wrote, as one.
std::optional<ordered_json> merged(const std::vector<std::string>& files) {
    std::optional<ordered_json> all;
    for (const auto& path : files) {
        std::ifstream file(path);
        auto json = ordered_json::parse(file, nullptr, false);
        ::unlink(path.c_str());
        if (json.is_discarded() || !json.contains("publishers")) return std::nullopt;
        if (!all)
            all = std::move(json);
        else
            join(*all, json);
    }
    return all;
}

std::optional<pid_t> start(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const auto& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none); // ours is blocked
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, "/proc/self/exe", nullptr, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    return failed == 0 ? std::optional(child) : std::nullopt;
}

int playInProcesses(CLI::App& app, const FleetCommand& command, std::size_t processes) {
    spdlog::info("{} publishers in {} processes", command.fleet.publishers, processes);
    // All begin with the same second, when the last has opened its connections.
    const auto begin = std::chrono::ceil<std::chrono::seconds>(SystemClock().wall()) +
                       std::chrono::seconds(3 + command.fleet.publishers / 2'000);
    std::vector<pid_t> children;
    std::vector<std::string> files;
    int status = 0;
    for (std::size_t i = 0; i < processes && status == 0; ++i) {
        auto words = command.commandLine;
        for (const auto& word :
             {std::string("--fleet-process"), std::to_string(i), std::string("--fleet-processes"),
              std::to_string(processes), std::string("--fleet-start"), std::to_string(unixSeconds(begin))})
            words.push_back(word);
        if (!command.expect.empty()) {
            files.push_back(command.expect + ".part-" + std::to_string(i));
            words.insert(words.end(), {"--expect", files.back()});
        }
        if (const auto child = start(words))
            children.push_back(*child);
        else
            status = failure(app, "cannot start another process");
    }
    // Whoever ends first, or a signal, is waited for by its signal.
    auto signals = endingSignals();
    sigaddset(&signals, SIGCHLD);
    std::size_t ended = 0;
    const auto reap = [&] {
        int how = 0;
        for (pid_t child = 0; ended < children.size() && (child = ::waitpid(-1, &how, WNOHANG)) > 0; ++ended)
            if (status == 0 && how != 0) status = WIFEXITED(how) ? WEXITSTATUS(how) : 1;
    };
    const auto endAll = [&] {
        for (const auto child : children)
            ::kill(child, SIGTERM);
    };
    if (status != 0) endAll();
    for (reap(); ended < children.size(); reap()) {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal != SIGCHLD || status != 0) endAll();
    }
    if (command.expect.empty()) return status;
    const auto all = merged(files);
    if (!all || !write(command.expect, *all))
        return failure(app, "--expect: cannot write '" + command.expect + "'");
    return status;
}

} // namespace

int playFleet(CLI::App& app, FleetCommand command, const PopCatalogue& catalogue) {
    spdlog::set_default_logger(spdlog::stderr_color_mt("surgescope-sim"));
    auto signals = endingSignals();
    sigaddset(&signals, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const auto needed = PublisherFleet::descriptors(command.fleet);
    if (!needed) return commandLineError(app, needed.error());
    const auto limit = descriptorLimit();
    if (command.fleet.processes > 1) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM); // not longer than who started it
        return playHere(app, command, catalogue);
    }
    const auto each = limit > 2 * kOtherDescriptors ? limit - kOtherDescriptors : limit / 2;
    const auto processes = (*needed + each - 1) / each;
    if (processes > kMostProcesses)
        return commandLineError(app, "--publishers: these need " + std::to_string(*needed) +
                                         " file descriptors, expected at most " +
                                         std::to_string(kMostProcesses) + " times the limit of " +
                                         std::to_string(limit) + " (ulimit -n)");
    return processes > 1 ? playInProcesses(app, command, processes) : playHere(app, command, catalogue);
}

} // namespace surgescope::app
