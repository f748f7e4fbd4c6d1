// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent.h"
#include "feeds/model/edge_file.h"
#include "feeds/publish/publisher.h"
#include "feeds/wire/limits.h"

#include "app/command_line.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <sys/signalfd.h>
#include <unistd.h>

using namespace surgescope::feeds;

namespace {

constexpr const char* kProgram = "surgescope-agent";
/// The publisher is "EWR/" and the node; a longer code leaves less.
constexpr std::size_t kNodeNameBytes = limits::kPublisherBytes - 4;

std::string hostName() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    return std::string(name.data()).substr(0, kNodeNameBytes);
}

std::string checkPop(const std::string& text) {
    return isPopCode(text)
               ? ""
               : "'" + text + "' is not a PoP: " + std::string(kPopCodeForm) + ", for example EWR or FRA-2";
}

std::string checkNode(const std::string& text) {
    return isWord(text, kNodeNameBytes) ? ""
                                        : "a node's name is 1 to " + std::to_string(kNodeNameBytes) +
                                              " ASCII characters without blanks";
}

bool isExpected(const Pop& pop, const std::string& node) {
    return pop.nodeNames.empty() || std::ranges::find(pop.nodeNames, node) != pop.nodeNames.end();
}

std::string checkUrl(const std::string& text) {
    return text.starts_with("http://") ? "" : "'" + text + "' does not begin with http://";
}

/// A descriptor that becomes readable when this process is asked to end. Before any thread is started: those
/// inherit the mask.
int stopDescriptor() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

} // namespace

int main(int argc, char** argv) {
    Agent::Options options;
    options.node = hostName();
    Publisher::Options publisherOptions{.pops = 1, .nodes = 1};

    CLI::App app{"Reports what this machine's nginx does to surgescope, once a second.", kProgram};
    app.add_option("--pop", options.pop, "Where this node is, by the PoP's code: EWR")
        ->required()
        ->check(checkPop);
    app.add_option("--node", options.node,
                   "This node's name, unique in its PoP; with keys the one that was allowed")
        ->check(checkNode)
        ->capture_default_str();
    std::string edge;
    surgescope::app::addEdgeOption(app, edge);
    Trust::Options trust;
    surgescope::app::addTrustOptions(app, trust);
    auto* connect = app.add_option("--connect", publisherOptions.connect,
                                   "Send to a wall or relay: tcp://wall:5556; repeatable, to all of them");
    auto* bind =
        app.add_option("--bind", publisherOptions.bind, "Let walls come and fetch: tcp://*:5556; repeatable");
    app.add_option(
           "--relay", publisherOptions.relays,
           "Send to one relay at a time: tcp://relay-1:5556; repeatable, to the next when one is gone")
        ->excludes(connect)
        ->excludes(bind);
    app.add_option("--nginx-status", options.statusUrl,
                   "nginx's stub_status page: http://127.0.0.1:18088/stub_status")
        ->check(checkUrl);
    app.add_option("--nginx-syslog-port", options.syslogPort,
                   "UDP port on 127.0.0.1 that nginx sends access lines to")
        ->check(CLI::Range(1, 65'535));
    app.add_option("--api-prefix", options.apiPrefix, "URIs that begin so are metadata and API requests")
        ->capture_default_str();
    auto* interface =
        app.add_option("--interface", options.host.interface, "Network interface to watch: eth0");
    auto* link = app.add_option("--link-mbit", options.host.linkMbit, "That interface's speed in Mbit/s")
                     ->check(CLI::Range(1, 10'000'000));
    interface->needs(link);
    link->needs(interface);
    app.add_option("--max-connections", options.maxConnections,
                   "Connections nginx can take: processes × worker_connections")
        ->check(CLI::Range(1, 1'000'000'000));
    if (const auto status = surgescope::app::parseCommandLine(app, argc, argv)) return *status;
    const auto refuse = [&app](const std::string& text) {
        return surgescope::app::commandLineError(app, text);
    };
    if (const auto most = limits::kPublisherBytes - options.pop.size() - 1; options.node.size() > most)
        return refuse("--node: '" + options.node + "' is too long for a node in " + options.pop +
                      ", expected at most " + std::to_string(most) + " characters");
    const auto catalogue = catalogueOf(edge);
    if (!catalogue) return refuse("--edge: " + catalogue.error());
    const auto pop = (*catalogue)->find(options.pop);
    if (!edge.empty() && !pop)
        return refuse("--pop: " + edge + " has no PoP " + options.pop + ", expected one of its codes");
    if (publisherOptions.connect.empty() && publisherOptions.bind.empty() && publisherOptions.relays.empty())
        return refuse("--connect, --relay or --bind is required: where shall reports go?");

    spdlog::set_default_logger(spdlog::stderr_logger_mt(kProgram));
    if (!edge.empty() && !isExpected((**catalogue)[*pop], options.node))
        spdlog::warn("{} has no node {} in {}: the wall will count it besides those it expects", edge,
                     options.node, options.pop);
    const int stop = stopDescriptor();
    if (stop < 0) return refuse("cannot watch for signals");
    const SystemClock clock;
    publisherOptions.name = options.pop + "/" + options.node;
    publisherOptions.warn = [](const std::string& text) { spdlog::warn("{}", text); };
    publisherOptions.context = std::make_shared<ZmqContext>(std::make_shared<Trust>(trust));
    const auto publisher = Publisher::open(publisherOptions, clock);
    if (!publisher) return refuse(publisher.error());
    const auto agent = Agent::open(options, clock, **publisher);
    if (!agent) return refuse(agent.error());
    // Where keys are asked for, this is the name that has to be allowed.
    spdlog::info("reports as {}: node {} of the PoP {}", publisherOptions.name, options.node, options.pop);
    (*agent)->run(stop);
    spdlog::info("asked to stop");
    return 0;
}
