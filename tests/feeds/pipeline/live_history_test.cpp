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

TEST_CASE("of what somebody keeps an hour before is shown, and as far again before what is looked at",
          "[session]") {
    Kept f;
    f.add(1, 100);
    f.add(2, 110);
    f.history.setKept(feedSecond(kStart - 20'000));
    CHECK(f.timeline().begin <= feedSecond(kStart - 3'600));
    CHECK(f.timeline().begin > feedSecond(kStart - 3'700));
    CHECK(f.timeline().end == feedSecond(kStart + 2));
    CHECK(f.timeline().overview.size() <= LiveHistory::kMostPoints);
    CHECK(std::isnan(f.timeline().overview.front()));
    CHECK(f.timeline().overview.back() == 105);

    f.history.reachBack(feedSecond(kStart - 3'600));
    CHECK(f.timeline().begin <= feedSecond(kStart - 7'200));
    f.history.reachBack(feedSecond(kStart - 19'000)); // there is nothing before what is kept
    CHECK(f.timeline().begin <= feedSecond(kStart - 20'000));
    CHECK(f.timeline().begin > feedSecond(kStart - 20'100));
    f.add(3, 120);
    CHECK(f.timeline().end == feedSecond(kStart + 3));
    CHECK(f.timeline().overview.back() == 110);
}

TEST_CASE("where nothing was heard nothing is shown before, and of a launch all of it", "[session]") {
    Kept f;
    f.add(1, 100);
    f.history.reachBack(feedSecond(kStart - 100));
    CHECK(f.timeline().begin == feedSecond(kStart));
    f.frame.releaseAt = feedSecond(kStart - 9'000);
    f.add(2, 100);
    f.history.setKept(feedSecond(kStart - 50'000));
    CHECK(f.timeline().begin <= feedSecond(kStart - 9'900));
    CHECK(f.timeline().begin > feedSecond(kStart - 10'000));
}

TEST_CASE("what is opened of the time before tells its curve and its events, once", "[session]") {
    Kept f;
    f.frame.events = {{feedSecond(kStart - 300), "purge", "all"}};
    f.add(1, 100);
    f.history.setKept(feedSecond(kStart - 1'200));
    RecordingIndex recording;
    recording.begin = feedSecond(kStart - 600);
    recording.overviewStep = seconds(2);
    recording.overview.assign(310, 40.0F); // it reaches into what was heard, too
    Event event;
    event.header.intervalEnd = feedSecond(kStart - 500);
    event.kind = EventKind::release;
    event.text = "Midnight";
    recording.events.push_back(event);
    event.header.intervalEnd = feedSecond(kStart - 300);
    event.kind = EventKind::purge;
    event.text = "all";
    recording.events.push_back(event);
    for (int twice = 0; twice < 2; ++twice)
        f.history.fill(recording);
    const auto timeline = f.timeline();
    const auto at = [&](int second) {
        return timeline.overview[static_cast<std::size_t>(
            (feedSecond(kStart + second) - timeline.begin - seconds(1)) / timeline.overviewStep)];
    };
    CHECK(std::isnan(at(-900)));
    CHECK(at(-400) == 40);
    CHECK(at(-10) == 40);
    CHECK(timeline.overview.back() == 100);
    REQUIRE(timeline.events.size() == 2);
    CHECK(timeline.events[0].text == "Midnight");
    CHECK(timeline.events[1].text == "all");
}
