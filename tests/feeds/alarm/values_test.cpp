// SPDX-License-Identifier: GPL-3.0-or-later
// What rules look at: windows, shares, and comparisons with the time before.
#include "feeds/alarm/value_text.h"
#include "feeds/alarm/windows.h"

#include "tests/support/catch.h"
#include "tests/support/observed_fleet.h"

#include <cmath>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using std::chrono::seconds;
using surgescope::tests::ObservedFleet;

namespace {

Rule ruleOf(const std::string& value, Each each, int window) {
    Rule rule;
    rule.id = "a/b";
    rule.each = each;
    rule.value = *readValue(value);
    rule.window = seconds(window);
    return rule;
}

/// One rule and a fleet.
struct Watch {
    Watch(Rule what, std::size_t regions, std::size_t pops)
        : rule(std::move(what)), fleet(regions, pops), windows({rule}) {}

    /// The value after so many more seconds, of the place at that position.
    std::optional<double> after(int time, std::size_t place = 0) {
        return judgedAfter(time, place).evidence.value;
    }
    Windows::Judged judgedAfter(int time, std::size_t place = 0, std::optional<double> frozen = {}) {
        for (int i = 0; i < time; ++i) {
            auto& second = fleet.next();
            second.baseline = baseline;
            windows.take(second);
        }
        return windows.judge(rule, place, frozen);
    }
    void set(Counter counter, std::uint64_t value) {
        for (auto& pop : fleet.pops)
            pop.more[counter] = value;
    }

    Rule rule;
    ObservedFleet fleet;
    Windows windows;
    std::function<std::optional<double>(Measure, std::string_view)> baseline;
};

} // namespace

TEST_CASE("a ratio is of the sums of its window", "[alarm-values]") {
    Watch watch(ruleOf("error_ratio", Each::world, 10), 1, 1);
    watch.after(20);
    watch.set(Counter::status_5xx, 1'000);
    CHECK(watch.after(1) == Approx(0.01)); // a second of ten has a tenth
    CHECK(watch.after(4) == Approx(0.05));
    CHECK(watch.after(20) == Approx(0.1));
    watch.fleet.pops[0].requests = 90'000; // many good ones weigh more
    watch.set(Counter::status_5xx, 0);
    CHECK(watch.after(1) == Approx(9'000.0 / 180'000));
}

TEST_CASE("a window that is not there yet has no value", "[alarm-values]") {
    Watch watch(ruleOf("error_ratio", Each::world, 10), 1, 1);
    CHECK_FALSE(watch.after(7));
    CHECK(watch.after(1));
    watch.fleet.next(60); // a gap: the window has to fill again
    CHECK_FALSE(watch.after(7));
    CHECK(watch.after(1));
}

TEST_CASE("of too few nodes or too few samples there is no value", "[alarm-values]") {
    Watch watch(ruleOf("error_ratio", Each::world, 10), 1, 10);
    REQUIRE(watch.after(20));
    watch.fleet.pops[0].isUp = watch.fleet.pops[1].isUp = false;
    CHECK(watch.after(20)); // 80 % of them
    watch.fleet.pops[2].isUp = false;
    CHECK_FALSE(watch.after(20));
    watch.rule.minCoverage = 0;
    CHECK(watch.after(1));
    watch.rule.minSamples = 700'001; // 7 PoPs, 10 s
    CHECK_FALSE(watch.after(1));
    watch.rule.minSamples = 700'000;
    CHECK(watch.after(1));
}

TEST_CASE("what nobody measures has no value", "[alarm-values]") {
    Watch watch(ruleOf("error_ratio", Each::world, 1), 1, 1);
    watch.after(3);
    auto second = watch.fleet.next();
    PopTotals totals = *second.world.totals;
    FieldSet requests;
    requests.add(Counter::requests);
    totals.setMeasured(requests);
    second.world.totals = &totals;
    watch.windows.take(second);
    CHECK_FALSE(watch.windows.judge(watch.rule, 0, {}).evidence.value);
}

TEST_CASE("a quantile is read from the merged histograms of its window", "[alarm-values]") {
    Watch watch(ruleOf("metadata_p95_us", Each::region, 10), 1, 2);
    watch.fleet.pops[0].more[Distribution::metadata_latency].record(10'000, 90);
    watch.fleet.pops[1].more[Distribution::metadata_latency].record(400'000, 10);
    CHECK(watch.after(10) == Approx(400e3).epsilon(0.1));
    watch.fleet.pops[1].more[Distribution::metadata_latency].clear();
    CHECK(watch.after(4) == Approx(400e3).epsilon(0.1)); // 60 of 960
    CHECK(watch.after(3) == Approx(10e3).epsilon(0.1));  // 30 of 930
}

TEST_CASE("the share of what PoPs have for which something holds", "[alarm-values]") {
    Watch watch(ruleOf("share(requests_per_second, saturation >= 90%)", Each::world, 10), 2, 2);
    watch.fleet.pops[0].requests = 30'000;
    watch.fleet.pops[0].saturation = 0.9;
    CHECK(watch.after(20) == Approx(0.5));
    Watch regions(ruleOf("share(requests_per_second, saturation >= 90%)", Each::region, 10), 2, 2);
    regions.fleet.pops[3].saturation = 1.2;
    CHECK(regions.after(20, 0) == 0.0);
    CHECK(regions.after(1, 1) == Approx(0.5));
}

TEST_CASE("the share of silent nodes is of those ever heard", "[alarm-values]") {
    Watch watch(ruleOf("share(nodes, age > 3s)", Each::region, 10), 1, 5);
    watch.fleet.pops[4].isUp = false; // expected, never heard
    CHECK(watch.after(1) == 0.0);
    watch.fleet.pops[0].isUp = false;
    watch.fleet.pops[0].nodes = 70;
    CHECK(watch.after(2) == 0.0);
    CHECK(watch.after(1) == Approx(0.7));
}

TEST_CASE("how long something takes to drain", "[alarm-values]") {
    Watch watch(ruleOf("drain_time(invalidations_pending)", Each::world, 1), 1, 1);
    watch.rule.minPerNode = 100;
    const auto level = [&](std::uint64_t value) { watch.set(Counter::inv_pending_seconds, value); };
    level(20'000);
    CHECK_FALSE(watch.after(60)); // a minute before there was nothing to compare with
    CHECK(std::isinf(*watch.after(1)));
    level(14'000);
    CHECK(watch.after(1) == Approx(140)); // 6000 less in a minute
    level(26'000);
    CHECK(std::isinf(*watch.after(1)));
    level(900);
    CHECK(watch.after(1) == 0.0); // so few are never wrong
}

TEST_CASE("how many times as before", "[alarm-values]") {
    Watch watch(ruleOf("to_before(origin_fetches_per_second, 2m)", Each::world, 10), 1, 1);
    watch.set(Counter::origin_fetches, 1'000);
    CHECK_FALSE(watch.after(70)); // of less than a minute before the window nothing can be told
    CHECK(watch.after(30) == Approx(1));
    watch.set(Counter::origin_fetches, 4'000);
    const auto judged = watch.judgedAfter(10);
    CHECK(judged.evidence.value == Approx(4));
    CHECK(judged.evidence.level == Approx(4'000));
    CHECK(judged.reference == Approx(1'000));
    CHECK(watch.after(200) == Approx(1));                                         // it has become usual
    CHECK(watch.judgedAfter(1, 0, judged.reference).evidence.value == Approx(4)); // not if it was frozen
}

TEST_CASE("how much lower than in the earlier launch, or without one than before", "[alarm-values]") {
    Watch watch(ruleOf("below_baseline(hit_ratio)", Each::region, 1), 1, 1);
    watch.set(Counter::cache_hits, 90);
    watch.set(Counter::cache_misses, 10);
    watch.after(100);
    watch.set(Counter::cache_hits, 80);
    watch.set(Counter::cache_misses, 20);
    CHECK(watch.after(1) == Approx(0.1));
    watch.baseline = [](Measure measure, std::string_view region) -> std::optional<double> {
        if (measure == Measure::hit_ratio && region == "R0") return 0.85;
        return std::nullopt;
    };
    const auto judged = watch.judgedAfter(1, 0, 0.9);
    CHECK(judged.evidence.value == Approx(0.05));
    CHECK_FALSE(judged.reference); // it moves with the launch
}

TEST_CASE("shares of before are of what a PoP had while it reported", "[alarm-values]") {
    Watch watch(ruleOf("age", Each::pop, 1), 1, 4);
    watch.fleet.pops[0].requests = 70'000;
    watch.after(50);
    watch.fleet.pops[0].isUp = false;
    const auto judged = watch.judgedAfter(30);
    CHECK(judged.evidence.value == Approx(30.5));
    CHECK(judged.evidence.share == Approx(0.7));
}

TEST_CASE("other rules keep the windows that are still needed", "[alarm-values]") {
    Watch watch(ruleOf("error_ratio", Each::world, 10), 1, 1);
    watch.set(Counter::status_5xx, 1'000);
    watch.after(20);
    const auto cpu = ruleOf("cpu", Each::pop, 10);
    watch.windows.setRules({watch.rule, cpu});
    CHECK(watch.windows.judge(watch.rule, 0, {}).evidence.value == Approx(0.1));
    CHECK_FALSE(watch.windows.judge(cpu, 0, {}).evidence.value);
    watch.after(10);
    CHECK(watch.windows.judge(cpu, 0, {}).evidence.value);
}
