// SPDX-License-Identifier: GPL-3.0-or-later
// A fleet at one wall: agents with a connection each, that all speak at the beginning of a second. The wall
// is the feed without its window; the agents are bare sockets in processes of their own. fleet_bench [AGENTS
// [SECONDS]]
#include "feeds/pipeline/pipeline.h"
#include "feeds/source/zmq_source.h"
#include "feeds/util/own_process.h"

#include "tests/bench/agents.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::bench;

namespace {

constexpr std::size_t kAgentsOfProcess = 5'000; // a socket takes two descriptors
constexpr std::size_t kEndpointBytes = 100;

} // namespace

int main(int argc, char** argv) {
    const auto agents = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 10'000);
    const int seconds = argc > 2 ? std::atoi(argv[2]) : 20;
    std::printf("%zu agents, %zu descriptors\n", agents, raiseDescriptorLimit());
    std::array<int, 2> tell{};
    if (::pipe(tell.data()) != 0) return 1;
    std::vector<pid_t> children;
    for (std::size_t first = 0; first < agents; first += kAgentsOfProcess) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        std::array<char, kEndpointBytes> endpoint{};
        if (::read(tell[0], endpoint.data(), endpoint.size()) <= 0) ::_exit(1);
        runAgents(first, std::min(kAgentsOfProcess, agents - first), endpoint.data());
    }
    const SystemClock clock;
    auto source = ZmqSource::open({.bind = {"tcp://127.0.0.1:*"}});
    if (!source) return 1;
    const auto endpoint = source.value()->endpoints()[0].name;
    Pipeline pipeline(std::move(source.value()), PopCatalogue::builtIn(), clock, {});
    std::array<char, kEndpointBytes> told{};
    endpoint.copy(told.data(), told.size() - 1);
    for (std::size_t i = 0; i < children.size(); ++i)
        if (::write(tell[1], told.data(), told.size()) <= 0) return 1;
    const auto begin = clock.steady();
    double connected = 0, heard = 0, cpuThen = processCpuSeconds();
    std::shared_ptr<const Frame> frame;
    for (int second = 1; second <= seconds;) {
        ::poll(nullptr, 0, 10);
        if (auto next = pipeline.frames().take()) frame = std::move(next);
        const double now = secondsBetween(begin, clock.steady());
        if (!frame) continue;
        const auto& health = frame->health;
        if (connected == 0 && health.endpoints[0].peers == static_cast<int>(agents)) connected = now;
        if (heard == 0 && health.nodesHeard == agents) heard = now;
        if (now < second) continue;
        const double cpu = processCpuSeconds();
        std::printf(
            "%2d s: %d peers, %llu heard, %.0f reports/s, %.1f %% of a core (feed %.1f %%), %.0f MiB, "
            "%llu lost",
            second, health.endpoints[0].peers, static_cast<unsigned long long>(health.nodesHeard),
            health.reportsPerSecond, 100 * (cpu - cpuThen), 100 * health.feedThreadLoad, residentMebibytes(),
            static_cast<unsigned long long>(health.lost));
        for (const auto& refused : health.refused)
            std::printf(", %s %llu", refused.reason.c_str(), static_cast<unsigned long long>(refused.count));
        for (const auto& trouble : health.endpoints[0].troubles)
            std::printf(", %s %llu", trouble.what.c_str(), static_cast<unsigned long long>(trouble.count));
        std::printf("\n");
        std::fflush(stdout);
        cpuThen = cpu;
        ++second;
    }
    std::printf("all connected after %.1f s, all heard after %.1f s (0: never)\n", connected, heard);
    for (const pid_t child : children) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    return 0;
}
