// SPDX-License-Identifier: GPL-3.0-or-later
// A fleet at one wall: agents with a connection each, that all speak at the beginning of a second. The wall
// is the feed without its window; the agents are bare sockets in processes of their own. fleet_bench [AGENTS
// [SECONDS]]
#include "feeds/pipeline/pipeline.h"
#include "feeds/source/zmq_source.h"
#include "feeds/util/own_process.h"
#include "feeds/wire/encode.h"

#include <zmq.hpp>

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

namespace {

constexpr std::size_t kAgentsOfProcess = 5'000; // a socket takes two descriptors
constexpr std::size_t kEndpointBytes = 100;

PopReport reportOf(std::size_t agent, const PopCatalogue& catalogue) {
    PopReport report;
    report.header.publisher = "agent-" + std::to_string(agent);
    report.pop = catalogue.pops()[agent % catalogue.pops().size()].code;
    report.totals.setMeasured(FieldSet::all());
    report.totals[Counter::node_seconds] = 1;
    report.totals[Counter::requests] = 1'000;
    report.totals[Counter::cache_hits] = 900;
    report.totals[Counter::cache_misses] = 100;
    report.totals[Counter::bytes_out] = 1'000'000;
    report.totals[Counter::saturation_permille_seconds] = 500;
    report.totals.saturation.record(500, 1);
    return report;
}

/// For ever, or until killed.
void runAgents(std::size_t first, std::size_t count, const std::string& endpoint) {
    const SystemClock clock;
    zmq::context_t context(1);
    context.set(zmq::ctxopt::max_sockets, static_cast<int>(count) + 100);
    std::vector<zmq::socket_t> sockets;
    std::vector<PopReport> reports;
    const auto session = static_cast<std::uint64_t>(clock.wall().time_since_epoch().count());
    for (std::size_t i = 0; i < count; ++i) {
        auto& socket = sockets.emplace_back(context, zmq::socket_type::pub);
        socket.set(zmq::sockopt::linger, 0);
        socket.connect(endpoint);
        reports.push_back(reportOf(first + i, PopCatalogue::builtIn()));
        reports.back().header.session = session;
    }
    Encoder encoder;
    for (std::uint64_t sequence = 1;; ++sequence) {
        const auto now = clock.wall();
        const auto next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
        ::poll(nullptr, 0,
               static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next - now).count()));
        for (std::size_t i = 0; i < count; ++i) {
            auto& header = reports[i].header;
            header.intervalEnd = next;
            header.sent = clock.wall();
            header.sequence = sequence;
            const auto bytes = encoder.encode(reports[i]);
            sockets[i].send(zmq::buffer(topicOf(reports[i])), zmq::send_flags::sndmore);
            sockets[i].send(zmq::buffer(bytes), zmq::send_flags::none);
        }
    }
}

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
