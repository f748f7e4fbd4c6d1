// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/exponential_histogram.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using surgescope::feeds::ExponentialHistogram;

namespace {

std::vector<std::uint64_t> lognormalValues(std::uint32_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> spread(6.0, 2.0);
    std::vector<std::uint64_t> values(count);
    for (auto& value : values)
        value = static_cast<std::uint64_t>(spread(random));
    return values;
}

ExponentialHistogram histogramOf(const std::vector<std::uint64_t>& values) {
    ExponentialHistogram histogram;
    for (const auto value : values)
        histogram.record(value);
    return histogram;
}

} // namespace

TEST_CASE("a value lies above its bucket's lower bound and not above its upper bound", "[histogram]") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t value = (random() >> (random() % 39 + 25)) + 1;
        const int index = ExponentialHistogram::bucketIndex(value);
        const double v = static_cast<double>(value);
        REQUIRE(ExponentialHistogram::lowerBound(index) < v * (1 + 1e-12));
        REQUIRE(v <= ExponentialHistogram::lowerBound(index + 1) * (1 + 1e-12));
    }
}

TEST_CASE("powers of two close their bucket, as the data model wants", "[histogram]") {
    for (int power = 0; power < 40; ++power) {
        const std::uint64_t value = std::uint64_t{1} << power;
        CHECK(ExponentialHistogram::bucketIndex(value) == 8 * power - 1);
        if (power > 0) CHECK(ExponentialHistogram::bucketIndex(value + 1) >= 8 * power);
    }
    CHECK(ExponentialHistogram::bucketIndex(std::uint64_t{1} << 50) == ExponentialHistogram::kMaxIndex);
    CHECK(ExponentialHistogram::bucketIndex(~std::uint64_t{0}) == ExponentialHistogram::kMaxIndex);
}

TEST_CASE("counts of more than 32 bits are as exact as others, whichever way they come about",
          "[histogram]") {
    constexpr std::uint64_t kMany = (std::uint64_t{1} << 32) - 5;
    const auto countOf = [](const ExponentialHistogram& histogram) {
        std::vector<std::uint64_t> counts;
        histogram.visitBuckets([&](auto buckets) { counts.assign(buckets.begin(), buckets.end()); });
        return counts;
    };
    ExponentialHistogram many;
    many.record(100, kMany);
    ExponentialHistogram few;
    few.record(100, 7);
    few.record(109, 3);
    const std::vector<std::uint64_t> expected{kMany + 7, 3};

    auto grown = many;
    grown.record(100, 7);
    grown.record(109, 3);
    auto merged = many;
    merged.merge(few);
    auto other = few;
    other.merge(many);
    ExponentialHistogram read;
    REQUIRE(read.addBuckets(few.offset(), expected));
    for (const auto* histogram : {&grown, &merged, &other, &read}) {
        CHECK(countOf(*histogram) == expected);
        CHECK(histogram->count() == kMany + 10);
    }
    CHECK(grown == merged);
    CHECK(other == merged);
    CHECK(few != merged);
    CHECK(ExponentialHistogram::bucketIndex(static_cast<std::uint64_t>(*merged.quantile(0.5))) ==
          few.offset());

    merged.merge(other); // both large
    CHECK(countOf(merged) == std::vector<std::uint64_t>{2 * (kMany + 7), 6});

    merged.clear(); // and small again
    merged.record(100, 7);
    merged.record(109, 3);
    CHECK(merged == few);
    auto twice = few;
    twice.merge(merged);
    CHECK(countOf(twice) == std::vector<std::uint64_t>{14, 6});
}

TEST_CASE("merging equals the histogram of the union", "[histogram]") {
    const auto a = lognormalValues(1, 500);
    const auto b = lognormalValues(2, 1000);
    const auto c = lognormalValues(3, 1);
    auto all = a;
    all.insert(all.end(), b.begin(), b.end());
    all.insert(all.end(), c.begin(), c.end());

    auto leftFirst = histogramOf(a);
    leftFirst.merge(histogramOf(b));
    leftFirst.merge(histogramOf(c));
    auto rightFirst = histogramOf(c);
    rightFirst.merge(histogramOf(b));
    rightFirst.merge(histogramOf(a));
    auto nested = histogramOf(b);
    nested.merge(histogramOf(c));
    auto associated = histogramOf(a);
    associated.merge(nested);

    CHECK(leftFirst == histogramOf(all));
    CHECK(rightFirst == histogramOf(all));
    CHECK(associated == histogramOf(all));
    auto withIdentity = histogramOf(all);
    withIdentity.merge(ExponentialHistogram{});
    CHECK(withIdentity == histogramOf(all));
}

TEST_CASE("a quantile is within one bucket of the exact one", "[histogram]") {
    const double base = std::exp2(1.0 / 8);
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        auto values = lognormalValues(seed, 2000);
        std::erase(values, std::uint64_t{0});
        const auto histogram = histogramOf(values);
        std::ranges::sort(values);
        for (const double q : {0.01, 0.5, 0.9, 0.95, 0.99, 0.999}) {
            const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
            const double exact = static_cast<double>(values[std::max<std::size_t>(rank, 1) - 1]);
            const double got = histogram.quantile(q).value();
            CHECK(got <= exact * base * (1 + 1e-9));
            CHECK(got >= exact / base * (1 - 1e-9));
        }
    }
}

TEST_CASE("a quantile never exceeds the largest value, and zeros are values too", "[histogram]") {
    ExponentialHistogram histogram;
    CHECK_FALSE(histogram.quantile(0.5).has_value());
    histogram.record(0, 99);
    histogram.record(1000, 1);
    CHECK(histogram.quantile(0.5) == 0.0);
    CHECK(histogram.quantile(1.0) == 1000.0);
    CHECK(histogram.count() == 100);
    CHECK(histogram.sum() == 1000);
    CHECK(histogram.max() == 1000);
}

TEST_CASE("buckets from outside are refused where they cannot be", "[histogram]") {
    ExponentialHistogram histogram;
    const std::vector<std::uint64_t> two{1, 2};
    CHECK_FALSE(histogram.addBuckets(-2, two));
    CHECK_FALSE(histogram.addBuckets(ExponentialHistogram::kMaxIndex, two));
    CHECK_FALSE(histogram.addBuckets(0, std::vector<std::uint64_t>(10'000, 1)));
    CHECK_FALSE(histogram.addBuckets(2'000'000'000, two));
    CHECK(histogram.empty());
    CHECK(histogram.addBuckets(ExponentialHistogram::kMaxIndex - 1, two));
    CHECK(histogram.count() == 3);
}

TEST_CASE("a cleared histogram equals a new one", "[histogram]") {
    auto histogram = histogramOf(lognormalValues(7, 100));
    histogram.clear();
    CHECK(histogram == ExponentialHistogram{});
    histogram.record(5);
    CHECK(histogram == histogramOf({5}));
}

TEST_CASE("a quantile is the same from whichever end it is looked for", "[histogram]") {
    std::mt19937_64 random(7);
    for (int round = 0; round < 200; ++round) {
        ExponentialHistogram histogram;
        std::vector<std::uint64_t> values;
        const auto count = 1 + random() % 300;
        for (std::uint64_t i = 0; i < count; ++i) {
            values.push_back(random() % 4 == 0 ? 0 : random() % (std::uint64_t{1} << (1 + random() % 30)));
            histogram.record(values.back());
        }
        std::ranges::sort(values);
        for (const double q : {0.0, 0.01, 0.3, 0.49, 0.5, 0.51, 0.9, 0.95, 0.99, 1.0}) {
            // By definition: in the bucket of the value at that rank.
            const auto rank =
                std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * static_cast<double>(count))));
            const auto exact = values[rank - 1];
            const double said = *histogram.quantile(q);
            CAPTURE(round, q, exact, said);
            if (exact == 0) {
                CHECK(said == 0);
                continue;
            }
            const int bucket = ExponentialHistogram::bucketIndex(exact);
            CHECK(said >= ExponentialHistogram::lowerBound(bucket) * (1 - 1e-9));
            CHECK(said <= ExponentialHistogram::lowerBound(bucket + 1) * (1 + 1e-9));
        }
    }
}
