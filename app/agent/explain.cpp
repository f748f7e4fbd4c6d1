// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agent/explain.h"

#include "feeds/agent/agent.h"
#include "feeds/model/pop_totals.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::app {
namespace {

using namespace feeds;

using Nodes = std::vector<std::unique_ptr<WatchedNode>>;

void waitUntil(EventLoop& loop, const Clock& clock, WallTime until) {
    while (clock.wall() < until)
        loop.turn(std::min(std::chrono::ceil<std::chrono::milliseconds>(until - clock.wall()),
                           std::chrono::milliseconds(100)));
}

void settle(EventLoop& loop, const Clock& clock, const Nodes& nodes) {
    const SteadyTime until = clock.steady() + Agent::kSettleTime;
    while (clock.steady() < until &&
           !std::ranges::all_of(nodes, [](const auto& node) { return node->settled(); }))
        loop.turn(std::chrono::milliseconds(20));
}

/// The first collector that can measure a field speaks for it.
const Collector* whoMeasures(const WatchedNode& node, auto field) {
    for (const auto& collector : node.collectors())
        if (collector->capability().measures.has(field)) return collector.get();
    return nullptr;
}

/// The one that did in this second; of a resource's share, which a node computes, the one that can.
const Collector* whoMeasured(const WatchedNode& node, auto field) {
    for (std::size_t i = 0; i < node.measured().size(); ++i)
        if (node.measured()[i].has(field)) return node.collectors()[i].get();
    return whoMeasures(node, field);
}

std::string whyNot(const WatchedNode& node, const NodeSecond& second, auto field) {
    if (const Collector* who = whoMeasures(node, field)) {
        if (!who->trouble().empty()) return who->source() + " is not heard";
        return second.heard ? "there was nothing to measure" : "no whole second of its server is known";
    }
    for (const auto& collector : node.collectors())
        for (const Gap& gap : collector->capability().gaps)
            if (gap.fields.has(field)) return gap.because;
    return "nothing that is watched here tells it";
}

void printSources(const WatchedNode& node) {
    for (const auto& collector : node.collectors()) {
        const std::string trouble = collector->trouble();
        fmt::print("  {}: {}{}\n", collector->source(), trouble.empty() ? "heard" : "not heard: " + trouble,
                   collector->server().empty() ? "" : ", " + collector->server());
    }
}

void printField(const WatchedNode& node, const NodeSecond& second, auto field, const std::string& value) {
    const auto name = nameOf(field);
    if (!second.totals.measuredByAny.has(field)) {
        fmt::print("  {:<28} not measured, because: {}\n", name, whyNot(node, second, field));
        return;
    }
    const Collector* who = whoMeasured(node, field);
    fmt::print("  {:<28} {:<34} {}\n", name, value, who != nullptr ? who->source() : "all of them");
}

std::string distributionText(const ExponentialHistogram& histogram) {
    if (histogram.empty()) return "none in this second";
    return fmt::format("{} × p50 {:.0f} p99 {:.0f} max {} us", histogram.count(), *histogram.quantile(0.5),
                       *histogram.quantile(0.99), histogram.max());
}

void printSecond(const WatchedNode& node, const NodeSecond& second) {
    fmt::print("{}/{}\n", node.plan().pop, node.plan().name);
    printSources(node);
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        printField(node, second, counter, fmt::format("{} {}", second.totals.counters[i], unitOf(counter)));
    }
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        printField(node, second, static_cast<Distribution>(i),
                   distributionText(second.totals.distributions[i]));
}

std::string namesOf(FieldSet fields) {
    std::string names;
    const auto add = [&](auto field) {
        if (!fields.has(field)) return;
        names += (names.empty() ? "" : ", ") + std::string(nameOf(field));
    };
    for (std::size_t i = 0; i < kCounterCount; ++i)
        add(static_cast<Counter>(i));
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        add(static_cast<Distribution>(i));
    return names;
}

void printCheck(const WatchedNode& node) {
    fmt::print("{}/{}\n", node.plan().pop, node.plan().name);
    FieldSet measured;
    for (const auto& collector : node.collectors())
        measured = measured | collector->capability().measures;
    for (const auto& collector : node.collectors()) {
        const std::string trouble = collector->trouble();
        fmt::print("  {}: {}\n", collector->source(), trouble.empty() ? "heard" : "not heard: " + trouble);
        for (const Gap& gap : collector->capability().gaps) {
            const FieldSet missing = gap.fields - measured;
            if (missing == FieldSet()) continue; // another one measures it
            fmt::print("    not measured: {}\n      because: {}\n", namesOf(missing), gap.because);
            fmt::print("      to change that: {}\n", gap.remedy.empty() ? "nothing helps" : gap.remedy);
        }
    }
}

} // namespace

int explain(const AgentTask& task, bool check, const Clock& clock) {
    spdlog::set_level(spdlog::level::off); // it is all in the answer
    EventLoop loop;
    Nodes nodes;
    for (const NodePlan& plan : task.nodes) {
        auto node = WatchedNode::open(plan, {loop, clock});
        if (!node) {
            fmt::print(stderr, "{}: {}\n", kAgentProgram, node.error());
            return 2;
        }
        nodes.push_back(*std::move(node));
    }
    const auto cut = [&] {
        waitUntil(loop, clock,
                  std::chrono::floor<std::chrono::seconds>(clock.wall()) + std::chrono::seconds(1));
        for (const auto& node : nodes)
            node->cut();
        settle(loop, clock, nodes);
    };
    cut();
    for (const auto& node : nodes)
        node->throwAway(false);
    cut();
    bool allHeard = true;
    for (const auto& node : nodes) {
        const NodeSecond second = node->take();
        if (check)
            printCheck(*node);
        else
            printSecond(*node, second);
        allHeard = allHeard && std::ranges::all_of(node->collectors(), [](const auto& collector) {
                       return collector->trouble().empty();
                   });
    }
    return allHeard ? 0 : 1;
}

} // namespace surgescope::app
