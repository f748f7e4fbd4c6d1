// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/compare.h"

#include "app/csv_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace surgescope::app {
namespace {

using namespace feeds::sim;

constexpr std::size_t kMostRows = 20; // of a table that people read

/// Of one scenario: figures by group.
using Column = std::vector<std::vector<LaunchFigure>>;

void printText(const CompareOptions& options, const std::vector<Column>& columns) {
    std::size_t widest = 0;
    for (const auto& scenario : options.scenarios)
        widest = std::max(widest, scenario.name.size());
    const int width = static_cast<int>(std::max<std::size_t>(widest, 12)) + 2;
    std::printf("%-40s", "");
    for (const auto& scenario : options.scenarios)
        std::printf("%*s", width, scenario.name.c_str());
    std::printf("\n");
    const auto& rows = columns.front().front();
    for (std::size_t row = 0; row < rows.size(); ++row) {
        std::printf("%-40s", rows[row].name.c_str());
        for (const auto& column : columns)
            std::printf("%*s", width, shortNumber(column.front()[row].value).c_str());
        std::printf("  %s\n", rows[row].unit.c_str());
    }
}

const LaunchFigure& measureOf(const std::vector<LaunchFigure>& measures, std::string_view key) {
    return *std::ranges::find(measures, key, &LaunchFigure::key);
}

/// A table of the groups of each scenario, the fullest first.
void printGroups(const CompareOptions& options, const std::vector<Column>& columns) {
    constexpr std::string_view kFullest = "saturation_pop_p99_peak";
    constexpr std::array kShown{std::pair{"saturation", kFullest},
                                std::pair{"API over quiet", std::string_view("api_change_peak")},
                                std::pair{"egress", std::string_view("egress_peak")},
                                std::pair{"server errors", std::string_view("errors_peak")},
                                std::pair{"hits p95", std::string_view("ttfb_hit_p95_worst")},
                                std::pair{"hit ratio", std::string_view("hit_ratio_lowest")},
                                std::pair{"spilled out", std::string_view("spilled_peak")},
                                std::pair{"found no room", std::string_view("unplaced_peak")}};
    const auto names = groupNames(*options.catalogue, options.grouping);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::vector<std::size_t> order(names.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t group) {
            return measureOf(columns[i][group], kFullest).value.value_or(0);
        });
        std::printf("%s%-17s", i > 0 ? "\n" : "", options.scenarios[i].name.substr(0, 16).c_str());
        for (const auto& [title, key] : kShown)
            std::printf("%16s", title);
        std::printf("\n%-17s", "peak or worst");
        for (const auto& [title, key] : kShown)
            std::printf("%16s", measureOf(columns[i].front(), key).unit.c_str());
        std::printf("\n");
        for (std::size_t row = 0; row < std::min(kMostRows, order.size()); ++row) {
            std::printf("%-17s", names[order[row]].c_str());
            for (const auto& [title, key] : kShown)
                std::printf("%16s", shortNumber(measureOf(columns[i][order[row]], key).value).c_str());
            std::printf("\n");
        }
        if (order.size() > kMostRows)
            std::printf("and %zu less full; --format csv has all\n", order.size() - kMostRows);
    }
}

void printCsv(const CompareOptions& options, const std::vector<Column>& columns) {
    const auto names = groupNames(*options.catalogue, options.grouping);
    const bool grouped = options.grouping != Grouping::world;
    std::printf("%smeasure,unit", !grouped ? "" : options.grouping == Grouping::pop ? "pop," : "region,");
    for (const auto& scenario : options.scenarios)
        std::printf(",%s", csvText(scenario.name).c_str());
    std::printf("\r\n");
    for (std::size_t group = 0; group < names.size(); ++group)
        for (std::size_t row = 0; row < columns.front()[group].size(); ++row) {
            const auto& measure = columns.front()[group][row];
            if (grouped) std::printf("%s,", names[group].c_str());
            std::printf("%s,%s", measure.key.c_str(), csvText(measure.unit).c_str());
            for (const auto& column : columns)
                column[group][row].value ? std::printf(",%.9g", *column[group][row].value) : std::printf(",");
            std::printf("\r\n");
        }
}

nlohmann::ordered_json jsonOf(const std::vector<LaunchFigure>& measures) {
    nlohmann::ordered_json json;
    for (const auto& measure : measures) {
        auto& entry = json[measure.key];
        entry["value"] = measure.value ? nlohmann::ordered_json(*measure.value) : nlohmann::ordered_json();
        entry["unit"] = measure.unit;
    }
    return json;
}

void printJson(const CompareOptions& options, const std::vector<Column>& columns) {
    nlohmann::ordered_json json;
    json["nodes"] = options.nodes;
    json["seed"] = options.seed;
    json["until_s_after_release"] = options.untilSeconds;
    const auto names = groupNames(*options.catalogue, options.grouping);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto& scenario = json["scenarios"][options.scenarios[i].name];
        if (options.grouping == Grouping::world)
            scenario = jsonOf(columns[i].front());
        else
            for (std::size_t group = 0; group < names.size(); ++group)
                scenario[names[group]] = jsonOf(columns[i][group]);
    }
    std::printf("%s\n", json.dump(2).c_str());
}

/// A row for each scenario, group and few seconds: means over these.
void printSeries(const CompareOptions& options, const std::vector<std::vector<LaunchMeasures>>& launches) {
    const auto names = groupNames(*options.catalogue, options.grouping);
    const bool grouped = options.grouping != Grouping::world;
    std::printf("scenario,%ss_after_release", !grouped                            ? ""
                                              : options.grouping == Grouping::pop ? "pop,"
                                                                                  : "region,");
    const auto figures = secondFigures();
    const auto isShown = [&](const SecondFigure& figure) { return !grouped || !figure.ofWorld; };
    for (const auto& figure : figures)
        if (isShown(figure))
            std::printf(",%s",
                        csvText(std::string(figure.key) + " (" + std::string(figure.unit) + ")").c_str());
    std::printf("\r\n");
    for (std::size_t i = 0; i < options.scenarios.size(); ++i)
        for (std::size_t group = 0; group < names.size(); ++group) {
            const auto& seconds = launches[i][group].seconds();
            for (std::size_t from = 0; from < seconds.size(); from += options.seriesSeconds) {
                const auto to = std::min(seconds.size(), from + options.seriesSeconds);
                std::printf("%s,", csvText(options.scenarios[i].name).c_str());
                if (grouped) std::printf("%s,", names[group].c_str());
                std::printf("%.0f", seconds[to - 1].t);
                for (const auto& figure : figures) {
                    if (!isShown(figure)) continue;
                    double sum = 0;
                    for (auto s = from; s < to; ++s)
                        sum += seconds[s].*figure.value;
                    std::printf(",%.6g", sum / static_cast<double>(to - from) * figure.scale);
                }
                std::printf("\r\n");
            }
        }
}

} // namespace

std::optional<std::string> CompareOptions::refusal() const {
    if (seriesSeconds > 0 && format != "csv") return "--series needs --format csv";
    const auto groups = groupNames(*catalogue, grouping).size();
    const double all =
        static_cast<double>(groups) * (untilSeconds + 60) * 2 * static_cast<double>(scenarios.size());
    if (all > kMostMeasuredSeconds)
        return "--by: " + std::to_string(groups) +
               " groups for so long and so many scenarios are too much to keep, "
               "expected a shorter --until or fewer scenarios";
    return std::nullopt;
}

int compare(const CompareOptions& options) {
    const QuietTwins twins(options.scenarios);
    auto launches = options.scenarios;
    const auto asked = launches.size();
    if (options.seriesSeconds == 0) launches.insert(launches.end(), twins.nights.begin(), twins.nights.end());
    std::vector<std::vector<LaunchMeasures>> measured(launches.size());
    if (!runLaunches(
            options, launches, options.grouping,
            [&](std::size_t i, std::vector<LaunchMeasures> groups) { measured[i] = std::move(groups); }))
        return 130;
    if (options.seriesSeconds > 0) {
        printSeries(options, measured);
        return 0;
    }
    std::vector<Column> columns;
    for (std::size_t i = 0; i < asked; ++i) {
        Column column;
        for (std::size_t group = 0; group < measured[i].size(); ++group)
            column.push_back(measuresOf(measured[i][group], measured[asked + twins.of[i]][group]));
        columns.push_back(std::move(column));
    }
    if (options.format == "json")
        printJson(options, columns);
    else if (options.format == "csv")
        printCsv(options, columns);
    else if (options.grouping != Grouping::world)
        printGroups(options, columns);
    else
        printText(options, columns);
    return 0;
}

} // namespace surgescope::app
