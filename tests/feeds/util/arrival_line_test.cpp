// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/arrival_line.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

/// Two clocks that are set apart from each other.
class SetClock final : public Clock {
  public:
    SteadyTime steadyTime{hours(1)};
    WallTime wallTime{seconds(1'795'000'000)};
    SteadyTime steady() const override { return steadyTime; }
    WallTime wall() const override { return wallTime; }
    void pass(std::chrono::microseconds time) {
        steadyTime += time;
        wallTime += time;
    }
};

} // namespace

TEST_CASE("arrival is wall time where the clock is not touched", "[util]") {
    SetClock clock;
    ArrivalLine line(clock);
    CHECK(line.stamp() == clock.wall());
    clock.pass(seconds(5));
    CHECK(line.stamp() == clock.wall());
}

TEST_CASE("arrival goes on when the wall clock is set back and follows when it is set forward", "[util]") {
    SetClock clock;
    ArrivalLine line(clock);
    const auto begin = line.stamp();
    clock.wallTime -= hours(1);
    CHECK(line.stamp() == begin);
    clock.pass(seconds(2));
    CHECK(line.stamp() == begin + seconds(2));
    clock.wallTime += hours(3);
    CHECK(line.stamp() == clock.wall());
    CHECK(clock.wall() == begin + seconds(2) + hours(2));
}

TEST_CASE("stamps that are close together lose no time", "[util]") {
    SetClock clock;
    ArrivalLine line(clock);
    const auto begin = line.stamp();
    clock.wallTime -= hours(1);
    for (int i = 0; i < 10'000; ++i) {
        clock.steadyTime += nanoseconds(300);
        line.stamp();
    }
    CHECK(line.stamp() == begin + std::chrono::milliseconds(3));
}
