// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/measure.h"

#include "tests/support/catch.h"

#include <set>
#include <string>

using namespace surgescope::feeds;

namespace {

/// Two of three nodes, for ten seconds.
PopTotals someTotals() {
    PopTotals totals;
    totals.setMeasured(FieldSet::all());
    totals[Counter::node_seconds] = 20;
    totals[Counter::requests] = 1'000;
    totals[Counter::bytes_out] = 500;
    totals[Counter::cache_hits] = 300;
    totals[Counter::cache_misses] = 100;
    totals[Counter::status_5xx] = 20;
    totals[Counter::saturation_permille_seconds] = 16'000;
    totals[Counter::inv_pending_seconds] = 50;
    totals[Counter::backlog_us_seconds] = 40'000;
    totals.saturation.record(950, 5);
    totals.saturation.record(800, 15);
    for (int i = 0; i < 100; ++i)
        totals[Distribution::metadata_latency].record(i < 90 ? 1'000 : 200'000);
    return totals;
}

constexpr Observed kTenSeconds{.seconds = 10, .expectedNodeSeconds = 30};

} // namespace

TEST_CASE("each measure is computed as its formula says", "[measure]") {
    const auto totals = someTotals();
    const MeasureReader reader(totals, kTenSeconds, Quality::measured);
    const auto value = [&](Measure measure) { return reader.read(measure).value; };
    CHECK(value(Measure::requests_per_second) == 100);
    CHECK(value(Measure::egress_bits_per_second) == 400);
    CHECK(value(Measure::hit_ratio) == 0.75);
    CHECK(value(Measure::error_ratio) == 0.02);
    CHECK(value(Measure::saturation) == Approx(0.8));
    CHECK(value(Measure::backlog_us) == 2'000);
    CHECK(value(Measure::invalidations_pending) == 5);
    CHECK(value(Measure::nodes_above_critical) == 0.5);
    CHECK(value(Measure::coverage) == Approx(2.0 / 3));
    CHECK(value(Measure::metadata_p50_us) == Approx(1'000).epsilon(0.1));
    CHECK(value(Measure::metadata_p95_us) == Approx(200'000).epsilon(0.1));
}

TEST_CASE("a measure tells of how many things it is", "[measure]") {
    const auto totals = someTotals();
    const MeasureReader reader(totals, kTenSeconds, Quality::measured);
    CHECK(reader.samples(Measure::error_ratio) == 1'000);
    CHECK(reader.samples(Measure::hit_ratio) == 400);
    CHECK(reader.samples(Measure::metadata_p95_us) == 100);
    CHECK(reader.samples(Measure::saturation) == 20);
}

TEST_CASE("what nobody measures, what some measure and what did not happen are told apart", "[measure]") {
    auto totals = someTotals();
    auto fields = FieldSet(FieldSet::all().bits());
    fields.remove(Distribution::metadata_latency);
    totals.measuredByAll = fields;
    CHECK(MeasureReader(totals, kTenSeconds, Quality::measured).read(Measure::metadata_p95_us).quality ==
          Quality::partial);
    CHECK(MeasureReader(totals, kTenSeconds, Quality::stale).read(Measure::metadata_p95_us).quality ==
          Quality::stale);
    totals.measuredByAny = fields;
    CHECK(MeasureReader(totals, kTenSeconds, Quality::stale).read(Measure::metadata_p95_us).quality ==
          Quality::notMeasured);
    totals[Counter::cache_hits] = totals[Counter::cache_misses] = 0;
    const MeasureReader idle(totals, kTenSeconds, Quality::measured);
    CHECK(idle.read(Measure::hit_ratio).quality == Quality::noData);
    CHECK(idle.read(Measure::lb_p50_us).quality == Quality::noData);
    CHECK(idle.read(Measure::waf_blocked_per_second) == Reading{0, Quality::measured}); // none is a number
}

TEST_CASE("a ratio is as good as the worse of what it is made of", "[measure]") {
    auto totals = someTotals();
    FieldSet onlyHits;
    onlyHits.add(Counter::cache_hits);
    onlyHits.add(Counter::requests);
    totals.setMeasured(onlyHits);
    const MeasureReader reader(totals, kTenSeconds, Quality::measured);
    CHECK(reader.read(Measure::hit_ratio).quality == Quality::notMeasured);
    CHECK(reader.read(Measure::error_ratio).quality == Quality::notMeasured);
    CHECK(reader.read(Measure::requests_per_second).quality == Quality::measured);
}

TEST_CASE("every measure has a name of its own, and is found by it", "[measure]") {
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < kMeasureCount; ++i) {
        const auto measure = static_cast<Measure>(i);
        const auto& info = infoOf(measure);
        CHECK(measureNamed(info.name) == measure);
        CHECK(words.insert(info.words).second);
    }
    CHECK(!measureNamed("requests_per_fortnight"));
}

TEST_CASE("whatever is counted can be seen: it has a measure", "[measure]") {
    // Seen in other ways: as coverage, in percentages of another, or as the feed's own health.
    std::set<Counter> seen{Counter::node_seconds,         Counter::status_2xx,    Counter::status_3xx,
                           Counter::connections_accepted, Counter::messages_lost, Counter::messages_refused};
    std::set<Distribution> drawn;
    for (std::size_t i = 0; i < kMeasureCount; ++i) {
        const auto& formula = infoOf(static_cast<Measure>(i)).formula;
        seen.insert(formula.part);
        if (formula.kind == Formula::Kind::ratio) seen.insert(formula.whole);
        if (formula.wholeToo) seen.insert(*formula.wholeToo);
        if (formula.kind == Formula::Kind::quantile) drawn.insert(formula.distribution);
    }
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        INFO(nameOf(static_cast<Counter>(i)));
        CHECK(seen.contains(static_cast<Counter>(i)));
    }
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        INFO(nameOf(static_cast<Distribution>(i)));
        CHECK(drawn.contains(static_cast<Distribution>(i)));
    }
}

TEST_CASE("the sums of a measure add up to what is read of all", "[measure]") {
    const auto one = someTotals();
    auto other = someTotals();
    for (std::size_t i = 0; i < kCounterCount; ++i)
        other.counters[i] += 7 * (i + 1);
    other.saturation.record(1'000, 9);
    auto both = one;
    both.merge(other);
    const Observed twice{.seconds = 20, .expectedNodeSeconds = 600};
    const Observed once{.seconds = 10, .expectedNodeSeconds = 300};
    for (std::size_t i = 0; i < kMeasureCount; ++i) {
        const auto measure = static_cast<Measure>(i);
        INFO(infoOf(measure).name);
        const auto parts = MeasureReader(one, once, Quality::measured).parts(measure);
        CHECK(parts.has_value() != (isQuantile(measure) || isAnnounced(measure)));
        if (!parts) continue;
        const auto more = *MeasureReader(other, once, Quality::measured).parts(measure);
        CHECK(*quotient(measure, *parts + more) ==
              Approx(MeasureReader(both, twice, Quality::measured).read(measure).value));
        CHECK(*parts + more - more == *parts);
    }
}

TEST_CASE("what nobody measures has no sums, and of nothing there is no number", "[measure]") {
    PopTotals totals;
    FieldSet requests;
    requests.add(Counter::requests);
    totals.setMeasured(requests);
    const MeasureReader reader(totals, {}, Quality::measured);
    CHECK(reader.parts(Measure::requests_per_second) == MeasureParts{0, 1});
    CHECK_FALSE(reader.parts(Measure::error_ratio));
    CHECK_FALSE(quotient(Measure::error_ratio, {0, 0}));
}
