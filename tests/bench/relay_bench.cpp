// SPDX-License-Identifier: GPL-3.0-or-later
// A fleet at one relay: agents with a connection each, that all speak at the beginning of a second; walls
// above it, one of which stands still. The relay is a process of its own, as it is run. relay_bench PROGRAM
// [AGENTS [SECONDS [WALLS [keys]]]]; with keys agents and relay have one.
#include "feeds/source/zmq_source.h"
#include "feeds/transport/key_files.h"
#include "feeds/util/own_process.h"
#include "feeds/wire/decode.h"

#include "tests/bench/agents.h"

#include <zmq.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::bench;

namespace {

constexpr int kSettling = 60; // seconds at most, until all are connected and known

struct Usage {
    double cpuSeconds = 0;
    double residentMib = 0;
};

Usage usageOf(pid_t pid) {
    Usage usage;
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string field;
    for (int i = 1; stat >> field; ++i)
        if (i == 14 || i == 15)
            usage.cpuSeconds += std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    double pages = 0;
    statm >> pages >> pages;
    usage.residentMib = pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
    return usage;
}

double percentile(std::vector<double>& values, double q) {
    if (values.empty()) return 0;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// What a wall heard: how late PoP reports came after their second's end, and the nodes in them.
struct Wall {
    std::unique_ptr<ZmqSource> source;
    Decoder decoder;
    std::map<FeedSecond, std::uint64_t> nodes;
    std::vector<double> delays; // ms after the second's end
    std::vector<double> ways;   // ms since the first agent of it spoke
    std::vector<double> hops;   // ms since the relay sent it
    std::uint64_t corrections = 0;
    std::uint64_t lostBelow = 0;

    void take(bool counts) {
        for (;;) {
            const auto received = source->receive(std::chrono::milliseconds(0));
            const auto* message = std::get_if<RawMessage>(&received);
            if (!message) return;
            const auto decoded = decoder.decode(message->topic, message->payload);
            const auto* const* report = std::get_if<const PopReport*>(&decoded);
            if (!report) continue;
            nodes[(*report)->header.intervalEnd] += (*report)->totals[Counter::node_seconds];
            if (!counts) continue;
            lostBelow += (*report)->totals[Counter::messages_lost];
            if ((*report)->header.correction) {
                ++corrections;
                continue;
            }
            const auto late = message->arrived - WallTime((*report)->header.intervalEnd);
            delays.push_back(std::chrono::duration<double, std::milli>(late).count());
            const auto way = message->arrived - (*report)->header.oldestSent;
            ways.push_back(std::chrono::duration<double, std::milli>(way).count());
            const auto hop = message->arrived - (*report)->header.sent;
            hops.push_back(std::chrono::duration<double, std::milli>(hop).count());
        }
    }
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const auto agents = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 10'000);
    const int seconds = argc > 3 ? std::atoi(argv[3]) : 20;
    const auto walls = static_cast<std::size_t>(argc > 4 ? std::atoi(argv[4]) : 1);
    std::printf("%zu agents, %zu walls, %zu descriptors\n", agents, walls, raiseDescriptorLimit());
    const std::string folder = "/tmp/relay-bench-" + std::to_string(::getpid());
    const bool withKeys = argc > 5;
    const std::string keyFolder = folder + "-keys";
    const KeyFiles files(keyFolder);
    const auto keys = withKeys ? files.makeOwn() : Result<KeyPair>(KeyPair());
    if (!keys) return 1;
    const std::string below =
        (withKeys ? "tcp://0.0.0.0:" : "tcp://127.0.0.1:") + std::to_string(20'000 + ::getpid() % 10'000);
    const std::string above = "ipc://" + folder;
    const auto startRelay = [&] {
        const pid_t child = ::fork();
        if (child != 0) return child;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::execl(argv[1], argv[1], "--name", "bench", "--bind", below.c_str(), "--publish", above.c_str(),
                "--key-folder", keyFolder.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    };
    pid_t relay = startRelay();
    Agents fleet(agents, below, withKeys ? &keys.value() : nullptr); // before this process has threads

    std::vector<Wall> heard(walls);
    for (auto& wall : heard) {
        auto source = ZmqSource::open({.connect = {above}});
        if (!source) return 1;
        wall.source = std::move(source.value());
        for (const char* topic : {"pop/", "roster/", "event", "global"})
            wall.source->subscribe(topic);
    }
    const SystemClock clock;
    const auto begin = clock.steady();
    bool counts = false;
    Usage before;
    SteadyTime since = begin;
    const auto allKnown = [&] { // in three seconds
        int whole = 0;
        for (const auto& [second, nodes] : heard.back().nodes)
            whole += nodes == agents;
        return whole >= 3;
    };
    while (!counts || secondsBetween(since, clock.steady()) < seconds) {
        ::poll(nullptr, 0, 1);
        if (!counts && (allKnown() || secondsBetween(begin, clock.steady()) >= kSettling)) {
            counts = true;
            for (auto& wall : heard)
                wall.nodes.clear();
            before = usageOf(relay);
            since = clock.steady();
        }
        for (std::size_t w = 0; w < walls; ++w)
            if (walls == 1 || w > 0) heard[w].take(counts); // the first of several stands still
    }
    const auto after = usageOf(relay);
    std::vector<double> delays;
    std::vector<double> ways;
    std::vector<double> hops;
    for (auto& wall : heard) {
        ways.insert(ways.end(), wall.ways.begin(), wall.ways.end());
        hops.insert(hops.end(), wall.hops.begin(), wall.hops.end());
        delays.insert(delays.end(), wall.delays.begin(), wall.delays.end());
    }
    auto& last = heard.back();
    std::uint64_t least = UINT64_MAX;
    if (last.nodes.size() > 4) { // the first and the last seconds are cut
        last.nodes.erase(last.nodes.begin());
        last.nodes.erase(std::prev(last.nodes.end()));
        last.nodes.erase(std::prev(last.nodes.end()));
    }
    for (const auto& [second, nodes] : last.nodes)
        least = std::min(least, nodes);
    std::printf("relay: %.1f %% of a core, %.0f MiB\n",
                100 * (after.cpuSeconds - before.cpuSeconds) / secondsBetween(since, clock.steady()),
                after.residentMib);
    std::printf("second's end to wall: p50 %.0f ms, p99 %.0f ms, worst %.0f ms of %zu reports\n",
                percentile(delays, 0.5), percentile(delays, 0.99), percentile(delays, 1), delays.size());
    std::printf("first agent to wall: p50 %.0f ms, p99 %.0f ms\n", percentile(ways, 0.5),
                percentile(ways, 0.99));
    std::printf("relay to wall: p50 %.1f ms, p99 %.1f ms\n", percentile(hops, 0.5), percentile(hops, 0.99));
    std::printf("%zu seconds, at least %llu nodes in each, %llu corrections, %llu lost below\n",
                last.nodes.size(), static_cast<unsigned long long>(least),
                static_cast<unsigned long long>(last.corrections),
                static_cast<unsigned long long>(last.lostBelow));
    ::kill(relay, SIGKILL);
    int status = 0;
    ::waitpid(relay, &status, 0);
    relay = startRelay();
    const auto again = clock.steady();
    const auto isBack = [&] {
        return std::ranges::any_of(last.nodes, [&](const auto& second) { return second.second >= agents; });
    };
    for (last.nodes.clear(); !isBack() && secondsBetween(again, clock.steady()) < kSettling;) {
        ::poll(nullptr, 0, 1);
        last.take(false);
    }
    std::printf("killed and started again: %s after %.1f s, %.1f s of CPU of the relay\n",
                isBack() ? "all back" : "not all back", secondsBetween(again, clock.steady()),
                usageOf(relay).cpuSeconds);
    ::kill(relay, SIGTERM);
    ::waitpid(relay, &status, 0);
    ::unlink(folder.c_str());
    std::filesystem::remove_all(keyFolder);
    return status == 0 ? 0 : 1;
}
