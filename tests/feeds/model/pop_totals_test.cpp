// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/pop_totals.h"

#include "tests/support/catch.h"

#include <random>

using namespace surgescope::feeds;

namespace {

PopTotals randomTotals(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    PopTotals totals;
    for (auto& counter : totals.counters)
        counter = random() % 10'000;
    for (auto& distribution : totals.distributions)
        for (int i = 0; i < 20; ++i)
            distribution.record(random() % 1'000'000, random() % 5);
    for (int i = 0; i < 10; ++i)
        totals.saturation.record(static_cast<std::uint32_t>(random() % 2000));
    totals.setMeasured(FieldSet(random()));
    return totals;
}

PopTotals merged(PopTotals a, const PopTotals& b) {
    a.merge(b);
    return a;
}

} // namespace

TEST_CASE("totals merge in any order and grouping", "[totals]") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto a = randomTotals(3 * seed);
        const auto b = randomTotals(3 * seed + 1);
        const auto c = randomTotals(3 * seed + 2);
        CHECK(merged(a, b) == merged(b, a));
        CHECK(merged(merged(a, b), c) == merged(a, merged(b, c)));
        CHECK(merged(a, PopTotals{}) == a);
        CHECK(merged(PopTotals{}, a) == a);
    }
}

TEST_CASE("a field some measure and some do not is known to be partial", "[totals]") {
    PopTotals nginx;
    FieldSet fields;
    fields.add(Counter::requests);
    fields.add(Distribution::ttfb_miss);
    nginx.setMeasured(fields);
    PopTotals host;
    FieldSet hostFields;
    hostFields.add(Counter::cpu_permille_seconds);
    hostFields.add(Counter::requests);
    host.setMeasured(hostFields);

    nginx.merge(host);
    CHECK(nginx.measuredByAll.has(Counter::requests));
    CHECK(nginx.measuredByAny.has(Distribution::ttfb_miss));
    CHECK_FALSE(nginx.measuredByAll.has(Distribution::ttfb_miss));
    CHECK_FALSE(nginx.measuredByAny.has(Counter::cache_hits));
}

TEST_CASE("saturation levels fall on bounds of the histogram", "[totals]") {
    SaturationHistogram histogram;
    for (const std::uint32_t permille : {0U, 749U, 750U, 899U, 900U, 999U, 1000U, 1600U, 4'000'000U})
        histogram.record(permille);
    CHECK(histogram.count() == 9);
    CHECK(histogram.atOrAbove(0) == 9);
    CHECK(histogram.atOrAbove(750) == 7);
    CHECK(histogram.atOrAbove(900) == 5);
    CHECK(histogram.atOrAbove(1000) == 3);
}

TEST_CASE("clearing gives the identity back", "[totals]") {
    auto totals = randomTotals(1);
    totals.clear();
    CHECK(totals == PopTotals{});
}

TEST_CASE("every counter and distribution has a name and a unit", "[totals]") {
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        CHECK_FALSE(nameOf(static_cast<Counter>(i)).empty());
        CHECK_FALSE(unitOf(static_cast<Counter>(i)).empty());
    }
    CHECK(nameOf(Counter::requests) == "requests");
    CHECK(unitOf(Counter::bytes_out) == "By");
    CHECK(nameOf(Distribution::invalidation_lag) == "invalidation_lag");
}
