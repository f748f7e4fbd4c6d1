// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/measure.h"

#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;

namespace {

/// Another number in every counter.
PopTotals totalsOf(std::uint64_t seed) {
    PopTotals totals;
    totals.setMeasured(FieldSet::all());
    for (std::size_t i = 0; i < kCounterCount; ++i)
        totals.counters[i] = 1'000 + seed * (i + 1) * 7 % 997;
    totals.saturation.record(950, 10 * seed);
    totals.saturation.record(500, 30);
    return totals;
}

} // namespace

TEST_CASE("the sums of a measure add up to what is read of all", "[measure]") {
    const auto one = totalsOf(3);
    const auto other = totalsOf(11);
    PopTotals both = one;
    both.merge(other);
    const Observed ofOne{.seconds = 1, .expectedNodeSeconds = 2'000};
    const Observed ofBoth{.seconds = 2, .expectedNodeSeconds = 4'000};
    for (std::size_t i = 0; i < kMeasureCount; ++i) {
        const auto measure = static_cast<Measure>(i);
        INFO(std::string(infoOf(measure).name));
        const auto parts = MeasureReader(one, ofOne, Quality::measured).parts(measure);
        CHECK(parts.has_value() != isQuantile(measure));
        if (!parts) continue;
        const auto more = *MeasureReader(other, ofOne, Quality::measured).parts(measure);
        const auto read = MeasureReader(both, ofBoth, Quality::measured).read(measure);
        CHECK(read.quality == Quality::measured);
        CHECK(*quotient(measure, *parts + more) == Approx(read.value));
        CHECK(*parts + more - more == *parts);
    }
}

TEST_CASE("what nobody measures has no sums", "[measure]") {
    PopTotals totals;
    FieldSet requests;
    requests.add(Counter::requests);
    totals.setMeasured(requests);
    const MeasureReader reader(totals, {}, Quality::measured);
    CHECK(reader.parts(Measure::requests_per_second) == MeasureParts{0, 1});
    CHECK_FALSE(reader.parts(Measure::error_ratio));
    CHECK_FALSE(quotient(Measure::error_ratio, {0, 0}));
}

TEST_CASE("more nodes than expected are all of them", "[measure]") {
    PopTotals totals;
    totals[Counter::node_seconds] = 12;
    const auto parts = MeasureReader(totals, {.seconds = 1, .expectedNodeSeconds = 10}, Quality::measured)
                           .parts(Measure::coverage);
    CHECK(parts == MeasureParts{10, 10});
    CHECK(MeasureReader(totals, {}, Quality::measured).parts(Measure::coverage) == MeasureParts{12, 12});
    CHECK(MeasureReader(PopTotals(), {}, Quality::measured).read(Measure::coverage).value == 1.0);
}
