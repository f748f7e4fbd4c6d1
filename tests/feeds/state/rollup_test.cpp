// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/rollup.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

void add(Rollup& rollup, std::int64_t second, std::uint64_t requests, std::uint64_t nodes = 1) {
    auto* totals = rollup.open(feedSecond(second), nodes);
    REQUIRE(totals != nullptr);
    totals->merge(popReport({.nodes = nodes, .requests = requests}).totals);
    (*totals)[Distribution::invalidation_lag].record(requests * 10);
    rollup.settle(feedSecond(second), nodes);
}

constexpr std::int64_t kEven = 1'795'000'020; // a multiple of 60

} // namespace

TEST_CASE("a second stays open for late reports and is then closed", "[rollup]") {
    Rollup rollup;
    for (std::int64_t s = kEven; s <= kEven + 20; ++s)
        add(rollup, s, 100);
    add(rollup, kEven + 14, 50);
    CHECK((*rollup.totals(feedSecond(kEven + 14)))[Counter::requests] == 150);
    CHECK(rollup.open(feedSecond(kEven + 12), 1) == nullptr);
    const auto& ring = rollup.ringFor(minutes(15));
    CHECK(ring.at(feedSecond(kEven + 14))[Measure::requests_per_second] == 150.0F);
    CHECK(ring.at(feedSecond(kEven + 12))[Measure::requests_per_second] == 100.0F);
    CHECK_FALSE(ring.at(feedSecond(kEven + 21)));
}

TEST_CASE("coarser points are rates and quantiles of the merged seconds", "[rollup]") {
    Rollup rollup;
    for (std::int64_t s = kEven + 1; s <= kEven + 90; ++s)
        add(rollup, s, s <= kEven + 30 ? 100 : 400);
    const auto& tens = rollup.ringFor(std::chrono::hours(3));
    REQUIRE(tens.step() == seconds(10));
    CHECK(tens.at(feedSecond(kEven + 30))[Measure::requests_per_second] == 100.0F);
    CHECK(tens.at(feedSecond(kEven + 40))[Measure::requests_per_second] == 400.0F);
    const auto& minute = rollup.ringFor(std::chrono::hours(48));
    REQUIRE(minute.step() == seconds(60));
    CHECK(minute.at(feedSecond(kEven + 60))[Measure::requests_per_second] == 250.0F);
    // Half the lags are 1 ms, half 4 ms: the p99 is that of the union, no mean of quantiles.
    CHECK(minute.at(feedSecond(kEven + 60))[Measure::invalidation_lag_p99_us] ==
          Approx(4'000).epsilon(0.1));
    CHECK(minute.at(feedSecond(kEven + 60))[Measure::coverage] == 1.0F);
}

TEST_CASE("a coarse slot that is still filling shows the rate so far, not a dip", "[rollup]") {
    Rollup rollup;
    for (std::int64_t s = kEven + 1; s <= kEven + 40; ++s)
        add(rollup, s, 100);
    const auto point = rollup.ringFor(std::chrono::hours(48)).at(feedSecond(kEven + 60));
    REQUIRE(point);
    CHECK(point[Measure::requests_per_second] == 100.0F);
}

TEST_CASE("missing nodes and missing seconds lower the coverage", "[rollup]") {
    Rollup rollup;
    rollup.open(feedSecond(kEven), 4)->merge(popReport({.nodes = 3}).totals);
    rollup.settle(feedSecond(kEven), 4);
    CHECK(rollup.ringFor(seconds(1)).at(feedSecond(kEven))[Measure::coverage] == 0.75F);
    Rollup gappy;
    for (std::int64_t s = kEven + 1; s <= kEven + 30; ++s)
        if (s <= kEven + 5 || s > kEven + 10) add(gappy, s, 100);
    CHECK(gappy.ringFor(std::chrono::hours(3)).at(feedSecond(kEven + 10))[Measure::coverage] == 0.5F);
}

TEST_CASE("a rate is of the seconds that were observed, and coverage tells how many these were", "[rollup]") {
    const auto observed = GENERATE(std::pair{7, 60}, // begins within its first slot
                                   std::pair{3, 8}); // and ends
    Rollup rollup;
    for (std::int64_t s = kEven + 1; s <= kEven + 90; ++s) {
        const auto at = s - kEven;
        if (at > 60 || (at >= observed.first && at <= observed.second && at != 5)) add(rollup, s, 100);
    }
    const auto within = [&](int slot) {
        int count = 0;
        for (int at = 1; at <= slot; ++at)
            count += at >= observed.first && at <= observed.second && at != 5;
        return static_cast<float>(count) / static_cast<float>(slot);
    };
    const auto ten = rollup.ringFor(std::chrono::hours(3)).at(feedSecond(kEven + 10));
    CHECK(ten[Measure::requests_per_second] == 100.0F);
    CHECK(ten[Measure::egress_bits_per_second] == 800'000.0F);
    CHECK(ten[Measure::coverage] == within(10));
    const auto minute = rollup.ringFor(std::chrono::hours(48)).at(feedSecond(kEven + 60));
    CHECK(minute[Measure::requests_per_second] == 100.0F);
    CHECK(minute[Measure::coverage] == within(60));
}

TEST_CASE("a second in which no node was measured is none that was observed", "[rollup]") {
    Rollup rollup;
    for (std::int64_t s = kEven + 1; s <= kEven + 30; ++s)
        add(rollup, s, s % 2 == 0 ? 100 : 0, s % 2 == 0 ? 1 : 0);
    const auto ten = rollup.ringFor(std::chrono::hours(3)).at(feedSecond(kEven + 10));
    CHECK(ten[Measure::requests_per_second] == 100.0F);
}

TEST_CASE("what nobody measures is no number", "[rollup]") {
    Rollup rollup;
    PopTotals totals;
    FieldSet fields;
    fields.add(Counter::node_seconds);
    totals.setMeasured(fields);
    totals[Counter::node_seconds] = 1;
    rollup.open(feedSecond(kEven), 1)->merge(totals);
    rollup.settle(feedSecond(kEven), 1);
    const auto point = rollup.ringFor(seconds(1)).at(feedSecond(kEven));
    REQUIRE(point.hasData());
    CHECK(std::isnan(point[Measure::requests_per_second]));
    CHECK(std::isnan(point[Measure::invalidation_lag_p99_us]));
}

TEST_CASE("a point that is brought back late takes no newer one's place", "[rollup]") {
    Rollup rollup;
    RollupPoint point = RollupPoint::none();
    point[Measure::coverage] = 1;
    REQUIRE(rollup.restore(seconds(60), feedSecond(kEven + 48 * 3'600), point));
    REQUIRE(rollup.restore(seconds(60), feedSecond(kEven), point)); // 48 hours older
    REQUIRE(rollup.restore(seconds(60), feedSecond(kEven + 60), point));
    const auto& ring = rollup.ringFor(std::chrono::hours(48));
    CHECK(ring.at(feedSecond(kEven + 48 * 3'600)));
    CHECK_FALSE(ring.at(feedSecond(kEven)));
    CHECK(ring.at(feedSecond(kEven + 60)));
}

TEST_CASE("a ring holds its length and no more", "[rollup]") {
    Rollup rollup;
    for (std::int64_t s = kEven; s < kEven + 1'000; ++s)
        add(rollup, s, 1);
    const auto& ring = rollup.ringFor(minutes(15));
    CHECK(ring.length() == minutes(15));
    CHECK(ring.at(feedSecond(kEven + 999)));
    CHECK(ring.at(feedSecond(kEven + 100)));
    CHECK_FALSE(ring.at(feedSecond(kEven + 99)));
    rollup.clear();
    CHECK(rollup.empty());
    CHECK_FALSE(ring.at(feedSecond(kEven + 999)));
}
