// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/focus.h"

#include "tests/support/catch.h"

#include <QSignalSpy>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("what was looked at can be gone back to, and forward again") {
    Focus focus;
    QSignalSpy ranges(&focus, &Focus::rangeChanged), selections(&focus, &Focus::selectionChanged);
    CHECK_FALSE(focus.back());
    focus.setRange({minutes(5), feeds::feedSecond(1'000)});
    focus.select(feeds::Selection::region("EU"));
    focus.select(feeds::Selection::region("EU")); // where it is already
    CHECK(ranges.size() == 1);
    CHECK(selections.size() == 1);
    REQUIRE(focus.back());
    CHECK(focus.selection().isWorld());
    CHECK(focus.range().until == feeds::feedSecond(1'000));
    REQUIRE(focus.back());
    CHECK(focus.range() == TimeRange{});
    CHECK_FALSE(focus.back());
    REQUIRE(focus.forward());
    REQUIRE(focus.forward());
    CHECK(focus.selection() == feeds::Selection::region("EU"));
    CHECK_FALSE(focus.forward());
    focus.back();
    focus.select(feeds::Selection::pop("LHR")); // another way: what lay ahead is forgotten
    CHECK_FALSE(focus.forward());
}

TEST_CASE("now has the length it had, and lengths stay within bounds") {
    Focus focus;
    focus.setRange({minutes(60), std::nullopt});
    focus.setRange({seconds(2), feeds::feedSecond(1'000)});
    CHECK(focus.range().length == Focus::kShortest);
    focus.toNow();
    CHECK(focus.range() == TimeRange{minutes(60), std::nullopt});
    focus.setRange({std::chrono::hours(1'000), std::nullopt});
    CHECK(focus.range().length == Focus::kLongest);
}

TEST_CASE("a hundred places are not all remembered, but the present one is right") {
    Focus focus;
    for (int i = 1; i <= 100; ++i)
        focus.setRange({minutes(i), std::nullopt});
    CHECK(focus.range().length == minutes(100));
    int steps = 0;
    while (focus.back())
        ++steps;
    CHECK(steps == 49);
    CHECK(focus.range().length == minutes(51));
}

TEST_CASE("a range that fits its data has no void before it, and never exceeds its length") {
    const auto at = [](int second) { return feeds::feedSecond(1'000'000 + second); };
    const TimeRange fitting{minutes(15), std::nullopt, Reach::data};
    CHECK(fitting.lengthAt(at(5), at(0), {}) == seconds(60));
    CHECK(fitting.lengthAt(at(61), at(0), {}) == seconds(70));
    CHECK(fitting.lengthAt(at(70), at(0), {}) == seconds(70));
    CHECK(fitting.lengthAt(at(601), at(0), {}) == seconds(630));
    CHECK(fitting.lengthAt(at(9'000), at(0), {}) == minutes(15));
    CHECK(TimeRange{}.lengthAt(at(5), at(0), {}) == minutes(15));
    CHECK(TimeRange{seconds(20), at(50), Reach::data}.lengthAt(at(70), at(0), {}) == seconds(20));

    const TimeRange since{std::chrono::hours(48), std::nullopt, Reach::sinceRelease};
    CHECK(since.lengthAt(at(9'000), at(0), at(8'900)) == seconds(160));
    CHECK(since.lengthAt(at(100), at(0), at(8'900)) == seconds(100)); // it is still to come
    CHECK(since.lengthAt(at(100), at(0), {}) == seconds(100));
}

TEST_CASE("back at now a range reaches as it did") {
    Focus focus;
    const TimeRange fitting{minutes(15), std::nullopt, Reach::data};
    focus.setRange(fitting);
    focus.setRange({seconds(20), feeds::feedSecond(1'000)});
    focus.toNow();
    CHECK(focus.range() == fitting);
}
