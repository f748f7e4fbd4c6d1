// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/sweep.h"

#include "feeds/sim/scenario_keys.h"
#include "feeds/util/number_text.h"

#include "app/csv_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

namespace surgescope::app {
namespace {

using namespace feeds::sim;

constexpr std::size_t kMostPoints = 4'096;
constexpr std::size_t kMostSteps = 1'000;
constexpr double kHot = 1;       // PoPs at their knee, at least, and
constexpr double kFailing = 0.5; // % of requests: beyond that a line is marked

std::optional<double> numberIn(std::string_view text) {
    double number = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (bad != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

/// A whole number exactly where the ends are: 0.1 + 0.2 is not what people mean.
double valueAt(double from, double to, std::size_t step, std::size_t steps) {
    const double value = from + (to - from) * static_cast<double>(step) / static_cast<double>(steps - 1);
    const double size =
        std::pow(10, 12 - std::ceil(std::log10(std::max({1e-300, std::abs(from), std::abs(to)}))));
    return std::round(value * size) / size;
}

/// The scenario at this point, by its position in the grid.
feeds::Result<Scenario> pointOf(const SweepOptions& options, std::size_t point, std::vector<double>& values) {
    auto scenario = options.scenario;
    values.assign(options.axes.size(), 0);
    for (auto axis = options.axes.size(); axis-- > 0;) {
        const auto& of = options.axes[axis].values;
        values[axis] = of[point % of.size()];
        point /= of.size();
    }
    for (std::size_t axis = 0; axis < values.size(); ++axis) {
        auto set = withNumber(std::move(scenario), options.axes[axis].name, values[axis], *options.catalogue);
        if (!set) return set;
        scenario = std::move(set.value());
    }
    return scenario;
}

struct Line {
    std::vector<double> values;         // of the axes
    std::vector<LaunchFigure> measures; // those asked for
    bool hurts = false;
};

void printText(const SweepOptions& options, const std::vector<Line>& lines) {
    const auto& shown = lines.front().measures;
    std::vector<int> widths;
    for (const auto& axis : options.axes)
        widths.push_back(static_cast<int>(std::max<std::size_t>(axis.name.size(), 8)) + 2);
    for (const auto& measure : shown)
        widths.push_back(
            static_cast<int>(std::max({measure.key.size(), measure.unit.size(), std::size_t{8}})) + 2);
    std::size_t column = 0;
    for (const auto& axis : options.axes)
        std::printf("%*s", widths[column++], axis.name.c_str());
    for (const auto& measure : shown)
        std::printf("%*s", widths[column++], measure.key.c_str());
    std::printf("\n");
    column = 0;
    for (std::size_t axis = 0; axis < options.axes.size(); ++axis)
        std::printf("%*s", widths[column++], "");
    for (const auto& measure : shown)
        std::printf("%*s", widths[column++], measure.unit.c_str());
    std::printf("\n");
    for (const auto& line : lines) {
        column = 0;
        for (const double value : line.values)
            std::printf("%*s", widths[column++], feeds::numberText(value).c_str());
        for (const auto& measure : line.measures)
            std::printf("%*s", widths[column++], shortNumber(measure.value).c_str());
        std::printf("%s\n", line.hurts ? "  hurts" : "");
    }
    const auto hurt = std::ranges::count(lines, true, &Line::hurts);
    std::printf("%zu launches, %td of them hurt: a PoP at its knee or more, or %s %% server errors\n",
                lines.size(), hurt, feeds::numberText(kFailing).c_str());
}

void printCsv(const SweepOptions& options, const std::vector<Line>& lines) {
    const char* comma = "";
    for (const auto& axis : options.axes) {
        std::printf("%s%s", comma, csvText(axis.name).c_str());
        comma = ",";
    }
    for (const auto& measure : lines.front().measures)
        std::printf(",%s", csvText(measure.key + " (" + measure.unit + ")").c_str());
    std::printf(",hurts\r\n");
    for (const auto& line : lines) {
        comma = "";
        for (const double value : line.values) {
            std::printf("%s%s", comma, feeds::numberText(value).c_str());
            comma = ",";
        }
        for (const auto& measure : line.measures)
            measure.value ? std::printf(",%.9g", *measure.value) : std::printf(",");
        std::printf(",%d\r\n", line.hurts ? 1 : 0);
    }
}

/// Nothing, or what is wrong with the keys of the measures.
std::optional<feeds::Error> unknownMeasure(const SweepOptions& options) {
    const auto known = measuresOf(LaunchMeasures({}), LaunchMeasures({}));
    for (const auto& key : options.measures) {
        if (std::ranges::find(known, key, &LaunchFigure::key) != known.end()) continue;
        std::string keys;
        for (const auto& measure : known)
            keys += (keys.empty() ? "" : ", ") + measure.key;
        return feeds::Error{"--measure: nothing is called '" + key.substr(0, 60) + "'; there are: " + keys};
    }
    return std::nullopt;
}

Line lineOf(const SweepOptions& options, std::vector<double> values, const std::vector<LaunchFigure>& all) {
    const auto valueOf = [&](std::string_view key) {
        return std::ranges::find(all, key, &LaunchFigure::key)->value.value_or(0);
    };
    Line line{
        std::move(values), {}, valueOf("pops_overloaded_peak") >= kHot || valueOf("errors_peak") > kFailing};
    for (const auto& key : options.measures)
        line.measures.push_back(*std::ranges::find(all, key, &LaunchFigure::key));
    return line;
}

} // namespace

feeds::Result<Axis> parseAxis(std::string_view text) {
    const auto refused = [&] {
        return feeds::Error{"--vary: '" + std::string(text.substr(0, 60)) +
                            "', expected KEY=FROM..TO:STEPS, for example prewarm=0..1:5, or KEY=VALUE"};
    };
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return refused();
    Axis axis{std::string(text.substr(0, equals)), {}};
    const auto range = text.substr(equals + 1);
    const auto dots = range.find("..");
    if (dots == std::string_view::npos) {
        const auto value = numberIn(range);
        if (!value) return refused();
        axis.values = {*value};
        return axis;
    }
    const auto colon = range.rfind(':');
    if (colon == std::string_view::npos || colon < dots) return refused();
    const auto from = numberIn(range.substr(0, dots));
    const auto to = numberIn(range.substr(dots + 2, colon - dots - 2));
    const auto steps = numberIn(range.substr(colon + 1));
    if (!from || !to || !steps || *steps != std::floor(*steps) || *steps < 2 || *steps > kMostSteps)
        return refused();
    for (std::size_t step = 0; step < static_cast<std::size_t>(*steps); ++step)
        axis.values.push_back(valueAt(*from, *to, step, static_cast<std::size_t>(*steps)));
    return axis;
}

feeds::Result<int> sweep(const SweepOptions& options) {
    if (const auto unknown = unknownMeasure(options)) return *unknown;
    std::size_t points = 1;
    for (const auto& axis : options.axes) {
        points *= axis.values.size();
        if (points > kMostPoints)
            return feeds::Error{"--vary: more than " + std::to_string(kMostPoints) + " launches"};
    }
    if (static_cast<double>(points) * 2 *
            (options.untilSeconds + static_cast<double>(options.scenario.lead.count())) >
        kMostMeasuredSeconds)
        return feeds::Error{
            "--vary: so many launches of such length are too much to keep, expected a shorter --until"};
    std::vector<Scenario> launches;
    std::vector<std::vector<double>> values(points);
    for (std::size_t point = 0; point < points; ++point) {
        auto scenario = pointOf(options, point, values[point]);
        if (!scenario) return feeds::Error{"--vary: " + scenario.error()};
        launches.push_back(std::move(scenario.value()));
    }
    const QuietTwins twins(launches);
    auto all = twins.nights;
    const auto nights = all.size();
    all.insert(all.end(), launches.begin(), launches.end());
    std::vector<std::optional<LaunchMeasures>> measured(all.size());
    if (!runLaunches(options, all, Grouping::world, [&](std::size_t i, std::vector<LaunchMeasures> groups) {
            measured[i] = std::move(groups.front());
        }))
        return 130;
    std::vector<Line> lines;
    for (std::size_t point = 0; point < points; ++point)
        lines.push_back(lineOf(options, std::move(values[point]),
                               measuresOf(*measured[nights + point], *measured[twins.of[point]])));
    options.format == "csv" ? printCsv(options, lines) : printText(options, lines);
    return 0;
}

} // namespace surgescope::app
