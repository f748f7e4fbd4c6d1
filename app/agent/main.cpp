// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent.h"
#include "feeds/publish/publisher.h"

#include "app/agent/explain.h"
#include "app/agent/options.h"
#include "app/agent/purge.h"
#include "app/command_line.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <sys/signalfd.h>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::app;

namespace {

/// A descriptor that becomes readable when this process is asked to end, or to read its file again. Before
/// any thread is started: those inherit the mask.
int signalDescriptor() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// What goes where needs a new start; which nodes are watched, and how, does not.
void readAgain(Agent& agent, const AgentOptions& options) {
    if (options.file.empty()) return spdlog::info("asked to read a file again, but none was named");
    auto plan = planOf(options);
    if (!plan) return spdlog::error("goes on as before: {}", plan.error());
    if (const auto error = agent.reload(std::move(plan->nodes)))
        return spdlog::error("goes on as before: {}", error->text);
    spdlog::info("{} was read again: {} nodes", options.file, agent.nodes().size());
}

void run(Agent& agent, const AgentOptions& options, int signals) {
    bool stop = false;
    const auto watch = agent.loop().watch(signals, [&] {
        signalfd_siginfo signal{};
        if (::read(signals, &signal, sizeof signal) != sizeof signal) return;
        if (signal.ssi_signo == SIGHUP)
            readAgain(agent, options);
        else
            stop = true;
    });
    while (!stop)
        agent.turn(std::chrono::seconds(1));
    spdlog::info("asked to stop");
    agent.farewell();
}

} // namespace

int main(int argc, char** argv) {
    AgentOptions options;
    CLI::App app{"Reports what edge servers do to surgescope, once a second.", kAgentProgram};
    addAgentOptions(app, options);
    PurgeOptions purges;
    const auto* purging = addPurgeCommand(app, purges);
    if (const auto status = parseCommandLine(app, argc, argv)) return *status;
    const auto refuse = [&app](const std::string& text) { return commandLineError(app, text); };
    if (purging->parsed()) return purge(purges);
    auto plan = planOf(options);
    if (!plan) return refuse(plan.error());
    AgentTask task = *std::move(plan);

    spdlog::set_default_logger(spdlog::stderr_logger_mt(kAgentProgram));
    const SystemClock clock;
    if (options.once || options.check) return explain(task, options.check, clock);
    if (const auto error = checkEndpoints(task.publisher)) return refuse(error->text);
    const int signals = signalDescriptor();
    if (signals < 0) return failure(app, "cannot watch for signals");
    task.publisher.warn = [](const std::string& text) { spdlog::warn("{}", text); };
    task.publisher.inform = [](const std::string& text) { spdlog::info("{}", text); };
    task.publisher.context = std::make_shared<ZmqContext>(std::make_shared<Trust>(options.trust));
    const auto publisher = Publisher::open(task.publisher, clock);
    if (!publisher) return failure(app, publisher.error());
    const auto agent = Agent::open(task.nodes, clock, **publisher);
    if (!agent) return failure(app, (options.file.empty() ? "" : options.file + ": ") + agent.error());
    // Where keys are asked for, this is the name that has to be allowed.
    spdlog::info("reports as {}: {}", task.publisher.name, whatIsWatched(task.nodes));
    run(**agent, options, signals);
    return 0;
}
