// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agent/options.h"

#include "feeds/agent/agent_file.h"
#include "feeds/agent/collector_kinds.h"
#include "feeds/model/edge_file.h"
#include "feeds/util/toml_file.h"
#include "feeds/wire/limits.h"

#include "app/command_line.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <set>
#include <unistd.h>
#include <utility>

namespace surgescope::app {
namespace {

using feeds::AgentFile;
using feeds::Error;
using feeds::NodePlan;
using feeds::Result;

/// The publisher is "EWR/" and the node; a longer code leaves less.
constexpr std::size_t kNodeNameBytes = feeds::limits::kPublisherBytes - 4;

std::string hostName() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    return std::string(name.data()).substr(0, kNodeNameBytes);
}

std::string checkPop(const std::string& text) {
    return feeds::isPopCode(text) ? ""
                                  : "'" + text + "' is not a PoP: " + std::string(feeds::kPopCodeForm) +
                                        ", for example EWR or FRA-2";
}

std::string checkNode(const std::string& text) {
    return feeds::isWord(text, kNodeNameBytes) ? ""
                                               : "a node's name is 1 to " + std::to_string(kNodeNameBytes) +
                                                     " ASCII characters without blanks";
}

/// What can be collected from, and what each takes; behind the options in --help.
std::string collectorsHelp() {
    std::string text = "--collect FROM, and its settings as NAME=VALUE:\n";
    for (const auto& kind : feeds::collectorKinds()) {
        text += "  " + std::string(kind.name) + ": " + std::string(kind.help) + "\n";
        for (const auto& setting : kind.settings)
            text += "    " + std::string(setting.name) + "=  " + std::string(setting.help) + "\n";
    }
    return text;
}

/// The node this machine is, by flags. Its machine is watched whatever else is.
Result<AgentFile> ownNode(const AgentOptions& options) {
    NodePlan node{.pop = options.pop, .name = options.node};
    for (const std::string& text : options.collect) {
        auto plan = feeds::readCollectorPlan(text);
        if (!plan) return Error{"--collect: " + plan.error()};
        node.collect.push_back(*std::move(plan));
    }
    if (std::ranges::find(node.collect, "host", &feeds::CollectorPlan::kind) == node.collect.end())
        node.collect.push_back({"host", {}});
    AgentFile file;
    file.nodes.push_back(std::move(node));
    return file;
}

Result<AgentFile> fromFile(const AgentOptions& options) {
    const auto text = feeds::readTextFile(options.file, feeds::kAgentFileBytes);
    if (!text) return Error{"--config: " + text.error()};
    auto file = feeds::readAgentFile(*text, options.file, options.node);
    if (!file) return Error{file.error()};
    return file;
}

/// Refuses PoPs that the edge file has not, and warns of nodes it does not expect.
std::optional<Error> checkAgainst(const std::string& edge, const std::vector<NodePlan>& nodes) {
    const auto catalogue = feeds::catalogueOf(edge);
    if (!catalogue) return Error{"--edge: " + catalogue.error()};
    if (edge.empty()) return std::nullopt;
    for (const NodePlan& node : nodes) {
        const auto pop = (*catalogue)->find(node.pop);
        if (!pop) return Error{"--pop: " + edge + " has no PoP " + node.pop + ", expected one of its codes"};
        const auto& names = (**catalogue)[*pop].nodeNames;
        if (!names.empty() && std::ranges::find(names, node.name) == names.end())
            spdlog::warn("{} has no node {} in {}: the wall will count it besides those it expects", edge,
                         node.name, node.pop);
    }
    return std::nullopt;
}

/// Port 0 is any free one, which nobody would know.
std::optional<Error> checkPorts(const std::vector<NodePlan>& nodes) {
    for (const NodePlan& node : nodes)
        for (const auto& what : node.collect)
            if (what.settings.text("lines") == "udp:0")
                return Error{node.pop + "/" + node.name + ": " + what.kind +
                             ": lines: 'udp:0', expected a port from 1 to 65535"};
    return std::nullopt;
}

std::optional<Error> checkName(const NodePlan& node) {
    const auto most = feeds::limits::kPublisherBytes - node.pop.size() - 1;
    if (node.name.size() <= most) return std::nullopt;
    return Error{"--node: '" + node.name + "' is too long for a node in " + node.pop + ", expected at most " +
                 std::to_string(most) + " characters"};
}

} // namespace

void addAgentOptions(CLI::App& app, AgentOptions& options) {
    options.node = hostName();
    auto* file = app.add_option("--config,--targets", options.file,
                                "Which nodes to watch, and how, from a TOML file; SIGHUP reads it again");
    auto* pop =
        app.add_option("--pop", options.pop, "Where this node is, by the PoP's code: EWR")->check(checkPop);
    auto* node =
        app.add_option("--node", options.node,
                       "This node's name, unique in its PoP, otherwise the machine's; with keys the one "
                       "that was allowed")
            ->check(checkNode);
    auto* collect =
        app.add_option("--collect", options.collect,
                       "A source and its settings: \"nginx lines=udp:15140\"; repeatable. The first that "
                       "measures something speaks for it; the machine itself is always watched");
    file->excludes(pop)->excludes(node)->excludes(collect);
    app.add_option("--name", options.name,
                   "Whom the wall knows this agent as, when it watches several nodes; POP/NODE for one")
        ->check(checkNode);
    addEdgeOption(app, options.edge);
    addTrustOptions(app, options.trust);
    auto* connect = app.add_option("--connect", options.publisher.connect,
                                   "Send to a wall or relay: tcp://wall:5556, or to a NATS cluster: "
                                   "tls://nats-1,nats-2; repeatable, to all of them");
    auto* bind = app.add_option("--bind", options.publisher.bind,
                                "Let walls come and fetch: tcp://*:5556; repeatable");
    app.add_option(
           "--relay", options.publisher.relays,
           "Send to one relay at a time: tcp://relay-1:5556; repeatable, to the next when one is gone")
        ->excludes(connect)
        ->excludes(bind);
    auto* once = app.add_flag("--once", options.once,
                              "Send nothing: print a second's numbers, and what is not measured, and end");
    app.add_flag("--check", options.check,
                 "Send nothing: print what cannot be measured and how to change that, and end")
        ->excludes(once);
    app.footer(collectorsHelp());
}

Result<AgentTask> planOf(const AgentOptions& options) {
    if (options.file.empty() && options.pop.empty())
        return Error{"--pop or --config is required: which node is this?"};
    auto file = options.file.empty() ? ownNode(options) : fromFile(options);
    if (!file) return Error{file.error()};
    if (auto error = checkAgainst(options.edge, file->nodes)) return *std::move(error);
    if (auto error = checkPorts(file->nodes)) return *std::move(error);

    AgentTask task{.nodes = std::move(file->nodes), .publisher = options.publisher};
    feeds::Publisher::Options& to = task.publisher;
    if (to.connect.empty() && to.bind.empty() && to.relays.empty()) {
        to.connect = std::move(file->connect);
        to.bind = std::move(file->bind);
        to.relays = std::move(file->relays);
    }
    std::set<std::string> pops;
    for (const NodePlan& node : task.nodes)
        pops.insert(node.pop);
    to.pops = pops.size();
    to.nodes = task.nodes.size();
    to.name = options.name.empty() ? file->name : options.name;
    if (!to.name.empty()) return task;
    if (task.nodes.size() > 1) {
        to.name = hostName();
        return task;
    }
    const NodePlan& only = task.nodes.front();
    if (auto error = checkName(only)) return *std::move(error);
    to.name = only.pop + "/" + only.name;
    return task;
}

std::optional<Error> checkEndpoints(const feeds::Publisher::Options& publisher) {
    if (!publisher.connect.empty() || !publisher.bind.empty() || !publisher.relays.empty())
        return std::nullopt;
    return Error{"--connect, --relay or --bind is required: where shall reports go?"};
}

std::string whatIsWatched(const std::vector<NodePlan>& nodes) {
    if (nodes.size() == 1) return "node " + nodes[0].name + " of the PoP " + nodes[0].pop;
    std::set<std::string> pops;
    for (const NodePlan& node : nodes)
        pops.insert(node.pop);
    return std::to_string(nodes.size()) + " nodes of " + std::to_string(pops.size()) + " PoPs";
}

} // namespace surgescope::app
