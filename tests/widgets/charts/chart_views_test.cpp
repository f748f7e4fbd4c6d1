// SPDX-License-Identifier: GPL-3.0-or-later
// Each chart that can be placed: what it draws, what it is called, and what it says where it draws nothing.
#include "widgets/charts/chart_views.h"
#include "widgets/export/view.h"
#include "widgets/workspace/built_in_workspaces.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <algorithm>
#include <set>
#include <string>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

const ChartView& chart(std::string_view name) {
    return kChartViews[*chartNamed(name)];
}

const feeds::PopCatalogue& catalogue() {
    return feeds::PopCatalogue::builtIn();
}

void collect(const Pane& pane, std::set<std::string>& views) {
    if (!pane.view.empty()) views.insert(pane.view);
    for (const Pane& part : pane.parts)
        collect(part, views);
}

} // namespace

TEST_CASE("every view is on some page, and each page's views exist") {
    std::set<std::string> placed;
    for (const Workspace& workspace : builtInWorkspaces())
        collect(workspace.windows[0].root, placed);
    for (const ViewName& view : kViewNames)
        if (view.name != "health") // its key shows it anywhere
            CHECK(placed.contains(std::string(view.name)));
}

TEST_CASE("whatever a chart draws is kept through time, in lines that are told apart") {
    for (const ChartView& view : kChartViews) {
        INFO(std::string(view.name));
        CHECK(view.lines() > 0);
        std::set<std::u16string> names;
        for (std::size_t i = 0; i < view.lines(); ++i) {
            CHECK(feeds::chartColumn(view.drawn[i].measure) < feeds::kChartedCount);
            CHECK(feeds::infoOf(view.drawn[i].measure).unit == view.numbers);
            CHECK(names.insert(view.drawn[i].name).second);
        }
        CHECK(chartOf(*viewNamed(view.name)) == &view);
    }
}

TEST_CASE("API requests are drawn over those of an earlier launch") {
    auto frame = std::make_shared<feeds::Frame>(*tests::sampleFrame());
    const std::vector<float> before(frame->series[Measure::requests_per_second].size(), 500'000.0F);
    frame->baseline->series[Measure::api_requests_per_second] = before;
    const auto lines = linesOf(chart("api"), *frame, catalogue());
    REQUIRE(lines.size() == 2);
    CHECK_FALSE(lines[0].ghost);
    CHECK(lines[1].ghost);
    CHECK(lines[1].values == before);
    CHECK(lines[1].name == QString::fromStdString(frame->baseline->name));
}

TEST_CASE("what only a simulation knows says so, and what is told of the world stays the world's") {
    auto frame = std::make_shared<feeds::Frame>(*tests::sampleFrame());
    CHECK(titleOf(chart("churn"), *frame, catalogue()) == QStringLiteral("Churn, simulated truth"));
    CHECK(titleOf(chart("listeners"), *frame, catalogue()) == QStringLiteral("Listeners"));
    frame->scenario.clear();
    CHECK(titleOf(chart("churn"), *frame, catalogue()) == QStringLiteral("Churn"));
    frame->selection = feeds::Selection::pop("LHR");
    CHECK(titleOf(chart("listeners"), *frame, catalogue()) == QStringLiteral("Listeners, world"));
    CHECK(titleOf(chart("errors"), *frame, catalogue()) == QStringLiteral("Errors, LHR"));
}

TEST_CASE("where a chart has no line it says why") {
    auto frame = std::make_shared<feeds::Frame>(*tests::sampleFrame());
    frame->summary[Measure::retry_ratio] = {0.1, feeds::Quality::measured};
    CHECK(absenceOf(chart("retries"), *frame) == QStringLiteral("no data yet"));
    frame->selection = feeds::Selection::pop("LHR");
    CHECK(absenceOf(chart("retries"), *frame).startsWith(QStringLiteral("its course is kept of regions")));
    frame->summary[Measure::retry_ratio] = {0, feeds::Quality::notMeasured};
    CHECK(absenceOf(chart("retries"), *frame) == QStringLiteral("not measured"));
    CHECK(absenceOf(chart("listeners"), *frame).startsWith(QStringLiteral("told of the world")));
    frame->world[Measure::listeners] = {0, feeds::Quality::notMeasured};
    CHECK(absenceOf(chart("listeners"), *frame) == QStringLiteral("nobody tells it"));
    frame->settled.reset();
    CHECK(absenceOf(chart("retries"), *frame) == QStringLiteral("no data yet"));
}
