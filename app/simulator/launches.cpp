// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/launches.h"

#include "app/progress.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>

namespace surgescope::app {

using namespace feeds::sim;

namespace {
volatile std::sig_atomic_t interrupted = 0;
} // namespace

bool runLaunches(const LaunchOptions& options, const std::vector<Scenario>& launches, Grouping grouping,
                 const std::function<void(std::size_t, std::vector<LaunchMeasures>)>& done) {
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    std::vector<std::atomic<double>> shares(launches.size());
    std::atomic<std::size_t> next = 0;
    std::mutex handing;
    std::stop_source stop;
    const auto work = [&] {
        for (auto i = next++; i < launches.size() && !stop.stop_requested(); i = next++) {
            auto measured = measureGroups(
                *options.catalogue, launches[i], grouping, options.nodes, options.seed, options.untilSeconds,
                [&shares, i](double share) { shares[i] = share; }, stop.get_token());
            const std::lock_guard lock(handing);
            if (!stop.stop_requested()) done(i, std::move(measured));
        }
    };
    const auto threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                                 std::max<std::size_t>(1, launches.size()));
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < threads; ++i)
        workers.push_back(std::async(std::launch::async, work));
    ProgressLine progress;
    for (auto& worker : workers) {
        while (worker.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
            if (interrupted) stop.request_stop();
            double sum = 0;
            for (const auto& share : shares)
                sum += share;
            progress.share(sum / static_cast<double>(launches.size()));
        }
        worker.get();
    }
    return !interrupted;
}

QuietTwins::QuietTwins(const std::vector<Scenario>& launches) {
    for (const auto& launch : launches) {
        const auto twin = launch.quietTwin();
        const auto known = std::ranges::find(nights, twin);
        of.push_back(static_cast<std::size_t>(known - nights.begin()));
        if (known == nights.end()) nights.push_back(twin);
    }
}

std::string shortNumber(const std::optional<double>& value) {
    if (!value) return "-";
    char text[32];
    const double size = std::abs(*value);
    std::snprintf(text, sizeof text,
                  size >= 100 || size == std::floor(size) ? "%.0f"
                  : size >= 10                            ? "%.1f"
                                                          : "%.2f",
                  *value);
    return text;
}

} // namespace surgescope::app
