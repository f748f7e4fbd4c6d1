// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/compare.h"

#include "feeds/sim/launch_measures.h"

#include "app/progress.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <future>
#include <map>
#include <optional>
#include <thread>

namespace surgescope::app {
namespace {

using namespace feeds::sim;

volatile std::sig_atomic_t interrupted = 0;

/// Each different scenario once, several at a time; in the order given. Nothing when interrupted.
std::optional<std::vector<LaunchMeasures>> measureAll(const std::vector<Scenario>& launches,
                                                      const CompareOptions& options) {
    const auto& catalogue = *options.catalogue;
    std::vector<std::atomic<double>> shares(launches.size());
    std::atomic<std::size_t> next = 0;
    std::vector<std::optional<LaunchMeasures>> results(launches.size());
    std::stop_source stop;
    const auto work = [&] {
        for (auto i = next++; i < launches.size(); i = next++)
            results[i] = measureLaunch(
                catalogue, launches[i], options.nodes, options.seed, options.untilSeconds,
                [&shares, i](double share) { shares[i] = share; }, stop.get_token());
    };
    const auto threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, launches.size());
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < threads; ++i)
        workers.push_back(std::async(std::launch::async, work));
    ProgressLine progress;
    for (auto& worker : workers)
        while (worker.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
            if (interrupted) stop.request_stop();
            double sum = 0;
            for (const auto& share : shares)
                sum += share;
            progress.share(sum / static_cast<double>(launches.size()));
        }
    if (interrupted) return std::nullopt;
    std::vector<LaunchMeasures> all;
    for (auto& result : results)
        all.push_back(std::move(*result));
    return all;
}

std::string shortNumber(const std::optional<double>& value) {
    if (!value) return "-";
    char text[32];
    // Three digits are all that a model is worth; whole numbers stay whole.
    const double size = std::abs(*value);
    std::snprintf(text, sizeof text,
                  size >= 100 || size == std::floor(size) ? "%.0f"
                  : size >= 10                            ? "%.1f"
                                                          : "%.2f",
                  *value);
    return text;
}

void printText(const std::vector<Scenario>& scenarios, const std::vector<std::vector<Measure>>& columns) {
    std::size_t widest = 0;
    for (const auto& scenario : scenarios)
        widest = std::max(widest, scenario.name.size());
    const int width = static_cast<int>(std::max<std::size_t>(widest, 12)) + 2;
    std::printf("%-40s", "");
    for (const auto& scenario : scenarios)
        std::printf("%*s", width, scenario.name.c_str());
    std::printf("\n");
    for (std::size_t row = 0; row < columns.front().size(); ++row) {
        const auto& measure = columns.front()[row];
        std::printf("%-40s", measure.name.c_str());
        for (const auto& column : columns)
            std::printf("%*s", width, shortNumber(column[row].value).c_str());
        std::printf("  %s\n", measure.unit.c_str());
    }
}

void printCsv(const std::vector<Scenario>& scenarios, const std::vector<std::vector<Measure>>& columns) {
    const auto quoted = [](const std::string& text) {
        std::string out = "\"";
        for (const char c : text)
            out += c == '"' ? std::string("\"\"") : std::string(1, c);
        return out + "\"";
    };
    std::printf("measure,unit");
    for (const auto& scenario : scenarios)
        std::printf(",%s", quoted(scenario.name).c_str());
    std::printf("\r\n");
    for (std::size_t row = 0; row < columns.front().size(); ++row) {
        std::printf("%s,%s", columns.front()[row].key.c_str(), quoted(columns.front()[row].unit).c_str());
        for (const auto& column : columns)
            column[row].value ? std::printf(",%.9g", *column[row].value) : std::printf(",");
        std::printf("\r\n");
    }
}

void printJson(const CompareOptions& options, const std::vector<std::vector<Measure>>& columns) {
    nlohmann::ordered_json json;
    json["nodes"] = options.nodes;
    json["seed"] = options.seed;
    json["until_s_after_release"] = options.untilSeconds;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto& scenario = json["scenarios"][options.scenarios[i].name];
        for (const auto& measure : columns[i]) {
            auto& entry = scenario[measure.key];
            entry["value"] =
                measure.value ? nlohmann::ordered_json(*measure.value) : nlohmann::ordered_json();
            entry["unit"] = measure.unit;
        }
    }
    std::printf("%s\n", json.dump(2).c_str());
}

} // namespace

int compare(const CompareOptions& options) {
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    // Launches of the same night share the night without a release.
    std::vector<Scenario> launches = options.scenarios;
    std::vector<std::size_t> twins;
    for (const auto& scenario : options.scenarios) {
        const auto twin = scenario.quietTwin();
        const auto known = std::ranges::find(launches, twin);
        twins.push_back(static_cast<std::size_t>(known - launches.begin()));
        if (known == launches.end()) launches.push_back(twin);
    }
    const auto measured = measureAll(launches, options);
    if (!measured) return 130;
    std::vector<std::vector<Measure>> columns;
    for (std::size_t i = 0; i < options.scenarios.size(); ++i)
        columns.push_back(measuresOf((*measured)[i], (*measured)[twins[i]]));
    if (options.format == "json")
        printJson(options, columns);
    else if (options.format == "csv")
        printCsv(options.scenarios, columns);
    else
        printText(options.scenarios, columns);
    return 0;
}

} // namespace surgescope::app
