// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_scale.h"

#include "tests/support/catch.h"

#include <cmath>
#include <limits>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr feeds::FeedSecond kMidnight{seconds(1'795'392'000)}; // 2026-11-23 00:00:00 UTC

std::vector<std::string> texts(const std::vector<TimelineTick>& ticks) {
    std::vector<std::string> found;
    for (const TimelineTick& tick : ticks)
        found.push_back(tick.text.toStdString());
    return found;
}

} // namespace

TEST_CASE("time becomes pixels and pixels become time, held at both ends") {
    const TimelineScale scale({kMidnight, kMidnight + seconds(1000)}, 100, 600);
    CHECK(scale.xOf(kMidnight) == Approx(100));
    CHECK(scale.xOf(kMidnight + seconds(500)) == Approx(350));
    CHECK(scale.xOf(kMidnight + hours(5)) == Approx(600));
    CHECK(scale.xOf(kMidnight - hours(5)) == Approx(100));
    CHECK(scale.timeAt(350) == kMidnight + seconds(500));
    CHECK(scale.timeAt(350.25) == kMidnight + milliseconds(500'500));
    CHECK(scale.timeAt(-1e9) == kMidnight);
    CHECK(scale.timeAt(1e9) == kMidnight + seconds(1000));
    CHECK(scale.pixelsPerSecond() == Approx(0.5));
    for (int second = 0; second <= 1000; second += 7)
        CHECK(scale.timeAt(scale.xOf(kMidnight + seconds(second))) == kMidnight + seconds(second));
}

TEST_CASE("a scale without length, width or order still answers") {
    const TimelineScale moment({kMidnight, kMidnight}, 0, 100);
    CHECK(moment.xOf(kMidnight) == Approx(100));
    CHECK(moment.timeAt(50) == kMidnight);
    CHECK(moment.pixelsPerSecond() == 0);
    CHECK(timelineTicks(moment, std::nullopt, 50).empty());
    const TimelineScale narrow({kMidnight, kMidnight + seconds(10)}, 100, 20);
    CHECK(narrow.timeAt(60) == kMidnight + seconds(10));
    CHECK(timelineTicks(narrow, std::nullopt, 50).empty());
    const TimelineScale backwards({kMidnight, kMidnight - seconds(10)}, 0, 100);
    CHECK(backwards.timeAt(50) == kMidnight);
}

TEST_CASE("ticks count from the release once there is one") {
    const auto release = kMidnight + seconds(5 * 3600 + 17);                           // nothing round in UTC
    const TimelineScale scale({release - minutes(12), release + minutes(31)}, 0, 860); // 20 pixels a minute
    const auto ticks = timelineTicks(scale, release, 110);
    CHECK(texts(ticks) == std::vector<std::string>{"T−10 m", "T−0", "T+10 m", "T+20 m", "T+30 m"});
    CHECK(ticks[1].at == release);
    const TimelineScale night({release - hours(1), release + hours(3)}, 0, 800);
    CHECK(texts(timelineTicks(night, release, 90)) ==
          std::vector<std::string>{"T−1 h", "T−30 m", "T−0", "T+30 m", "T+1 h", "T+1 h 30 m", "T+2 h",
                                   "T+2 h 30 m", "T+3 h"});
    const TimelineScale close({release + seconds(80), release + seconds(142)}, 0, 620);
    CHECK(texts(timelineTicks(close, release, 290)) == std::vector<std::string>{"T+1:30", "T+2:00"});
    CHECK(texts(timelineTicks({{release + seconds(140), release + seconds(160)}, 0, 600}, release, 290)) ==
          std::vector<std::string>{"T+2:20", "T+2:30", "T+2:40"});
}

TEST_CASE("without a release ticks are of UTC, and midnight says the day") {
    const TimelineScale scale({kMidnight - minutes(34), kMidnight + minutes(31)}, 0, 650);
    CHECK(texts(timelineTicks(scale, std::nullopt, 120)) ==
          std::vector<std::string>{"23:30", "23:45", "2026-11-23", "00:15", "00:30"});
    const TimelineScale close({kMidnight + seconds(56), kMidnight + seconds(72)}, 0, 640);
    CHECK(texts(timelineTicks(close, std::nullopt, 200)) ==
          std::vector<std::string>{"00:01", "00:01:05", "00:01:10"});
}

TEST_CASE("ticks are never nearer than asked, at any length") {
    for (double length = 2; length < 40 * 86'400; length *= 1.37) {
        const TimelineScale scale({kMidnight, kMidnight + seconds(std::llround(length))}, 0, 1200);
        for (const bool released : {false, true}) {
            const auto ticks = timelineTicks(
                scale, released ? std::optional(kMidnight + seconds(std::llround(length / 3))) : std::nullopt,
                110);
            CHECK(ticks.size() <= 11);
            for (std::size_t i = 1; i < ticks.size(); ++i)
                CHECK(scale.xOf(ticks[i].at) - scale.xOf(ticks[i - 1].at) >= 109.9);
        }
    }
}

TEST_CASE("the way back is all of a recording and what is buffered of a feed") {
    feeds::Timeline t;
    CHECK_FALSE(seekableRange(t));
    t.empty = false;
    t.begin = kMidnight;
    t.end = kMidnight + hours(1);
    CHECK_FALSE(seekableRange(t));
    t.buffered = {kMidnight + minutes(40), t.end};
    CHECK(seekableRange(t) == t.buffered);
    t.mode = feeds::Timeline::Mode::replay;
    CHECK(seekableRange(t) == TimelineRange{t.begin, t.end});
}

TEST_CASE("speeds go up and down their ladder from wherever they are") {
    CHECK(nextSpeed(1, true) == 2);
    CHECK(nextSpeed(1, false) == 0.5);
    CHECK(nextSpeed(3, true) == 4);
    CHECK(nextSpeed(3, false) == 2);
    CHECK(nextSpeed(0.1, false) == 0.1);
    CHECK(std::isinf(nextSpeed(64, true)));
    CHECK(std::isinf(nextSpeed(nextSpeed(64, true), true)));
    CHECK(nextSpeed(std::numeric_limits<double>::infinity(), false) == 64);
    CHECK(timelineSpeeds().size() == 11);
}

TEST_CASE("a short gap stays a gap when the overview is reduced, a peak stays a peak") {
    feeds::Timeline t;
    t.begin = kMidnight;
    t.overviewStep = seconds(2);
    t.overview.assign(1000, 5.0F);
    t.overview[503] = std::numeric_limits<float>::quiet_NaN();
    t.overview[705] = 90;
    const TimelineRange all{kMidnight, kMidnight + seconds(2000)};
    const ReducedOverview reduced = reduceOverview(t, 100, all);
    REQUIRE(reduced.values.size() == 100);
    CHECK(reduced.step == seconds(20));
    CHECK(std::isnan(reduced.values[50]));
    CHECK(reduced.values[49] == 5);
    CHECK(reduced.values[70] == 90);
    CHECK(reduceOverview(t, 2000, all).values.size() == 1000);
    CHECK(reduceOverview({}, 10, {}).values.empty());

    CHECK(overviewAt(t, kMidnight + seconds(1412)) == 90); // point 705 tells of 1410 to 1412
    CHECK(overviewAt(t, kMidnight + milliseconds(1'410'001)) == 90);
    CHECK(overviewAt(t, kMidnight + seconds(1410)) == 5);
    CHECK(std::isnan(overviewAt(t, kMidnight + seconds(1007))));
    CHECK(std::isnan(overviewAt(t, kMidnight - seconds(1))));
    CHECK(std::isnan(overviewAt(t, kMidnight + hours(9))));
}

TEST_CASE("of a part of the overview only its points are taken, as fine as there is room") {
    feeds::Timeline t;
    t.begin = kMidnight;
    t.overviewStep = seconds(2);
    for (int i = 0; i < 1000; ++i)
        t.overview.push_back(static_cast<float>(i));
    const auto part = [&](int from, int to, int most) {
        return reduceOverview(t, most, {kMidnight + seconds(from), kMidnight + seconds(to)});
    };
    const auto fine = part(101, 105, 100);
    CHECK(fine.begin == kMidnight + seconds(100));
    CHECK(fine.step == seconds(2));
    CHECK(fine.values == std::vector<float>{50, 51, 52});
    const auto coarse = part(110, 130, 3); // ten points in three: by four, as they lie from the beginning on
    CHECK(coarse.begin == kMidnight + seconds(104));
    CHECK(coarse.step == seconds(8));
    CHECK(coarse.values == std::vector<float>{55, 59, 63, 67});
    CHECK(part(3000, 4000, 10).values.empty());
    CHECK(part(1990, 4000, 10).values.size() == 5);
}
