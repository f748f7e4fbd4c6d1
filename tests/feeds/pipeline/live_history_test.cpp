// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/live_history.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <chrono>
#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct Kept {
    LiveHistory history;
    Frame frame;
    SteadyTime now;

    Kept() { frame.epoch = 1; }
    /// `real`: seconds that have passed since the frame before.
    void add(int second, double requests, double real = 1) {
        frame.settled = feedSecond(kStart + second);
        frame.world[Measure::requests_per_second] = {requests, Quality::measured};
        now += std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(real));
        history.add(frame, now);
    }
    Timeline timeline() const {
        Timeline timeline;
        history.writeTo(timeline);
        return timeline;
    }
};

} // namespace

TEST_CASE("before the first second there is nothing to show", "[session]") {
    Kept f;
    f.history.add(f.frame, f.now);
    CHECK(f.history.empty());
    CHECK(f.timeline().empty);
}

TEST_CASE("each second is a point, a silence is a gap and fast motion is none", "[session]") {
    Kept f;
    f.add(1, 100);
    f.add(2, 110);
    f.add(2, 110, 0.1); // the same second again
    f.add(6, 120, 0.2); // fast motion
    f.add(10, 130, 4);  // nothing came for four seconds
    const auto timeline = f.timeline();
    CHECK(timeline.begin == feedSecond(kStart));
    CHECK(timeline.end == feedSecond(kStart + 10));
    REQUIRE(timeline.overview.size() == 10);
    CHECK(timeline.overview[0] == 100);
    CHECK(timeline.overview[1] == 110);
    CHECK(timeline.overview[3] == 120);
    CHECK(timeline.overview[5] == 120);
    for (const std::size_t gap : {6U, 7U, 8U})
        CHECK(std::isnan(timeline.overview[gap]));
    CHECK(timeline.overview[9] == 130);
}

TEST_CASE("a long feed keeps its shape in a bounded number of points", "[session]") {
    Kept f;
    constexpr int kSeconds = 30'000;
    for (int i = 1; i <= kSeconds; ++i)
        f.add(i, i <= kSeconds / 2 ? 100 : 300);
    const auto timeline = f.timeline();
    CHECK(timeline.overview.size() <= LiveHistory::kMostPoints);
    CHECK(timeline.overview.size() > LiveHistory::kMostPoints / 2);
    CHECK(timeline.overviewStep * static_cast<int>(timeline.overview.size()) >= seconds(kSeconds));
    CHECK(timeline.overview.front() == 100);
    CHECK(timeline.overview.back() == 300);
    double sum = 0;
    for (const auto value : timeline.overview)
        sum += value;
    CHECK(sum / static_cast<double>(timeline.overview.size()) == Approx(200).epsilon(0.01));
}

TEST_CASE("another epoch is another time", "[session]") {
    Kept f;
    f.add(100, 1);
    f.frame.epoch = 2;
    f.add(5, 2);
    CHECK(f.timeline().begin == feedSecond(kStart + 4));
    CHECK(f.timeline().overview == std::vector<float>{2});
}
