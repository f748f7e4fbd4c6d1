// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/open_slots.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"

#include <bit>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct Slots {
    void add(int second, const char* pop = "LHR") { slots.add(pop, begin + seconds(second), totals, 5, now); }
    std::uint64_t requests(const FleetRollup& rollup) const {
        return rollup.pops.at(0).totals[Counter::requests];
    }

    FeedSecond begin = someSlot();
    SteadyTime now{seconds(1'000)};
    PopTotals totals = [] {
        PopTotals one;
        one[Counter::requests] = 1;
        return one;
    }();
    OpenSlots slots;
};

} // namespace

TEST_CASE("ten seconds are one slot, over when they cannot change any more", "[history]") {
    Slots s;
    for (int i = 1; i <= 17; ++i)
        s.add(i);
    CHECK(s.slots.take(s.now).empty());
    s.add(18);
    const auto taken = s.slots.take(s.now);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].end == s.begin + seconds(10));
    CHECK(taken[0].width == seconds(10));
    CHECK(s.requests(taken[0]) == 10);
    CHECK(taken[0].pops[0].observed == 0x3ff);
    CHECK(taken[0].pops[0].expectedNodes == 5);
    CHECK(s.slots.take(s.now).empty());
    const auto rest = s.slots.take(s.now, true);
    REQUIRE(rest.size() == 1);
    CHECK(s.requests(rest[0]) == 8);
}

TEST_CASE("a slot is over when nobody has added to it for a while", "[history]") {
    Slots s;
    s.add(3);
    s.now += OpenSlots::kSilence - seconds(1);
    CHECK(s.slots.take(s.now).empty());
    s.now += seconds(1);
    CHECK(s.slots.take(s.now).size() == 1);
}

TEST_CASE("what comes after its slot was taken counts in the next one", "[history]") {
    Slots s;
    s.add(5);
    s.add(30);
    REQUIRE(s.slots.take(s.now).size() == 1); // that of 5
    s.add(6, "EWR");
    const auto taken = s.slots.take(s.now, true);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].end == s.begin + seconds(20));
    CHECK(taken[0].pops[0].pop == "EWR");
    CHECK(s.requests(taken[0]) == 1);
}

TEST_CASE("what comes most of a minute after its slot was taken is late, and no other time", "[history]") {
    Slots s;
    s.add(5);
    s.add(55);
    s.add(75);
    REQUIRE(s.slots.take(s.now).size() == 2);
    s.add(15, "EWR");
    const auto taken = s.slots.take(s.now, true);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].end == s.begin + seconds(70));
    CHECK(taken[0].pops[0].pop == "EWR");
}

TEST_CASE("who goes on where another ended takes no slot twice", "[history]") {
    Slots s;
    s.slots = OpenSlots(s.begin + seconds(10));
    for (int i = 8; i <= 12; ++i)
        s.add(i);
    const auto taken = s.slots.take(s.now, true);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].end == s.begin + seconds(20));
    CHECK(s.requests(taken[0]) == 5);
    CHECK(std::popcount(taken[0].pops[0].observed) == 5);
}

TEST_CASE("time that begins anew is a time of its own", "[history]") {
    Slots s;
    s.add(500);
    REQUIRE(s.slots.take(s.now, true).size() == 1);
    s.add(5);
    const auto taken = s.slots.take(s.now, true);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].end == s.begin + seconds(10));
}

TEST_CASE("slots that nobody takes are bounded, and counted", "[history]") {
    Slots s;
    for (std::size_t i = 0; i < OpenSlots::kMost + 5; ++i)
        s.add(static_cast<int>(i) * 10 + 1);
    CHECK(s.slots.dropped() == 5);
    const auto taken = s.slots.take(s.now, true);
    REQUIRE(taken.size() == OpenSlots::kMost);
    CHECK(taken[0].end == s.begin + seconds(60));
}
