// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/baseline_file.h"

#include "tests/support/catch.h"
#include "tests/support/recorded_launch.h"

#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// The points of ten seconds that the world has between two moments, in order.
std::vector<RollupPoint> tensOf(const Baseline& baseline, FeedSecond from, FeedSecond to) {
    const auto& ring = baseline.state.world().ringFor(hours(3));
    std::vector<RollupPoint> points;
    for (auto end = feedSecond(unixSeconds(from) / 10 * 10); end <= to; end += seconds(10))
        if (const auto point = ring.at(end); point && point.hasData()) points.push_back(point.copy());
    return points;
}

} // namespace

TEST_CASE("a baseline begins as high as the launch did, wherever in its slot that was", "[baseline]") {
    const RecordedLaunch launch("triple-drop", 60, 391, false);
    auto baseline = readBaseline(launch.path, PopCatalogue::builtIn());
    REQUIRE(baseline);
    const auto begin = launch.frames.begin()->first, end = launch.frames.rbegin()->first;
    const auto points = tensOf(*baseline.value(), begin, end);
    REQUIRE(points.size() >= 4);
    CHECK(points[0][Measure::coverage] < 0.95F); // not a whole slot
    CHECK(points[1][Measure::coverage] > 0.95F);
    CHECK(points[0][Measure::requests_per_second] ==
          Approx(points[1][Measure::requests_per_second]).epsilon(0.1));
}

TEST_CASE("a baseline made of a recording says of the world what the recording says", "[baseline]") {
    const RecordedLaunch launch("triple-drop", 60, 391, false);
    const auto path = (launch.folder.path() / "baseline.mcap").string();
    REQUIRE_FALSE(writeBaseline(launch.path, path, "test"));
    const auto whole = readBaseline(launch.path, PopCatalogue::builtIn());
    const auto made = readBaseline(path, PopCatalogue::builtIn());
    REQUIRE(whole);
    REQUIRE(made);
    const auto begin = launch.frames.begin()->first, end = launch.frames.rbegin()->first;
    const auto expected = tensOf(*whole.value(), begin, end);
    const auto points = tensOf(*made.value(), begin, end);
    REQUIRE(points.size() == expected.size());
    REQUIRE(expected[1][Measure::listeners] > 1e6F);
    for (std::size_t i = 0; i < points.size(); ++i)
        for (const auto measure : kCharted) {
            INFO(infoOf(measure).name);
            const float is = points[i][measure], was = expected[i][measure];
            CHECK((is == was || (std::isnan(is) && std::isnan(was))));
        }
}

TEST_CASE("the built-in baseline begins as high as its rollout did", "[baseline]") {
    auto baseline = builtInBaseline(PopCatalogue::builtIn());
    REQUIRE(baseline);
    const auto release = baseline.value()->releaseAt;
    const auto points = tensOf(*baseline.value(), release - hours(1), release + hours(1));
    REQUIRE(points.size() > 300);
    CHECK(points[0][Measure::requests_per_second] ==
          Approx(points[1][Measure::requests_per_second]).epsilon(0.1));
}
