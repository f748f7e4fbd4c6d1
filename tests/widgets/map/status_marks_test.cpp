// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/map/status_marks.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

void setSaturation(feeds::Frame& frame, double value) {
    for (feeds::PopFrame& pop : frame.pops)
        pop.summary[feeds::Measure::saturation] = {value, feeds::Quality::measured};
}

/// A frame whose PoPs are all well.
std::shared_ptr<feeds::Frame> calm() {
    auto frame = tests::sampleFrame({.oddities = false});
    setSaturation(*frame, 0.5);
    return frame;
}

std::vector<StatusMark> marksOf(const feeds::Frame& frame, const std::vector<MapAlarm>& alarms,
                                const LevelWatch& watch) {
    const auto markers =
        layOutPops(frame.pops, feeds::PopCatalogue::builtIn(), MapView::home({1200, 560}), {});
    auto marks = statusMarks(alarms, watch, markers, frame.pops);
    for (StatusMark& mark : marks)
        mark.marker = markers[mark.marker].pop; // what tests know
    return marks;
}

} // namespace

TEST_CASE("that many PoPs are full marks none: only what alarms name and what has just changed") {
    auto frame = calm();
    setSaturation(*frame, 1.2);
    LevelWatch watch;
    watch.see(*frame); // they were so when we came
    CHECK(marksOf(*frame, {}, watch).empty());

    const MapAlarm load{
        QStringLiteral("3 over 100 % in Europe"), {"LHR", "AMS", "MAD", "nobody"}, false, true};
    const MapAlarm silent{QStringLiteral("2 silent"), {"FRA", "AMS"}, true, true};
    const MapAlarm warning{QStringLiteral("1 over 90 %"), {"LHR", "SYD"}, false, false};
    const auto marks = marksOf(*frame, {silent, load, warning}, watch);
    REQUIRE(marks.size() == 3);
    CHECK(frame->pops[marks[0].marker].code == "LHR"); // the worst alarm first
    CHECK(marks[0].colour == colours().overload);
    CHECK(frame->pops[marks[1].marker].code == "MAD"); // AMS has a cross
    CHECK(frame->pops[marks[2].marker].code == "SYD");
    CHECK(marks[2].colour == colours().elevated);
}

TEST_CASE("a PoP that has gone beyond a limit stands out for a minute") {
    auto frame = calm();
    LevelWatch watch;
    watch.see(*frame);
    feeds::PopFrame& pop = frame->pops[7];
    pop.summary[feeds::Measure::saturation].value = 0.95;
    frame->settled = *frame->settled + std::chrono::seconds(1);
    watch.see(*frame);
    REQUIRE(watch.hasRisen(pop.code));
    auto marks = marksOf(*frame, {}, watch);
    REQUIRE(marks.size() == 1);
    CHECK(marks[0].marker == 7);
    CHECK_FALSE(marks[0].isNamed);
    frame->settled = *frame->settled + std::chrono::seconds(59);
    watch.see(*frame);
    CHECK(watch.hasRisen(pop.code));
    frame->settled = *frame->settled + std::chrono::seconds(1);
    watch.see(*frame);
    CHECK_FALSE(watch.hasRisen(pop.code));
    CHECK(marksOf(*frame, {}, watch).empty());

    pop.summary[feeds::Measure::saturation].value = 1.1; // once more
    frame->settled = *frame->settled + std::chrono::seconds(1);
    watch.see(*frame);
    CHECK(watch.hasRisen(pop.code));
    ++frame->epoch; // somewhere else in time
    watch.see(*frame);
    CHECK_FALSE(watch.hasRisen(pop.code));
}

TEST_CASE("a dozen marks at most, five of one alarm") {
    auto frame = calm();
    LevelWatch watch;
    watch.see(*frame);
    setSaturation(*frame, 1.1);
    frame->settled = *frame->settled + std::chrono::seconds(1);
    watch.see(*frame);
    CHECK(marksOf(*frame, {}, watch).size() == kMostStatusMarks);
    MapAlarm all{QStringLiteral("all"), {}, false, true};
    for (const feeds::PopFrame& pop : frame->pops)
        all.codes.push_back(pop.code);
    const auto marks = marksOf(*frame, {all}, watch);
    CHECK(marks.size() == kMostStatusMarks);
    CHECK(std::ranges::count(marks, true, &StatusMark::isNamed) == kMostOfOneAlarm);
}
