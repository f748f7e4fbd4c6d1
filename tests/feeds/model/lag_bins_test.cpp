// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/lag_bins.h"

#include "tests/support/catch.h"

#include <numeric>

using namespace surgescope::feeds;

TEST_CASE("every value is counted in the bin whose bounds hold it", "[lag]") {
    for (const std::uint64_t us :
         {1'025ULL, 1'449ULL, 40'000ULL, 1'000'000ULL, 63'000'000ULL, 900'000'000ULL}) {
        ExponentialHistogram histogram;
        histogram.record(us, 7);
        const auto bins = LagBins::of(histogram);
        std::size_t bin = 0;
        while (bins.counts[bin] == 0)
            ++bin;
        CAPTURE(us, bin);
        CHECK(bins.counts[bin] == 7);
        CHECK(static_cast<double>(us) <= LagBins::upperBoundUs(bin));
        CHECK(static_cast<double>(us) > LagBins::upperBoundUs(bin) / std::sqrt(2.0));
    }
}

TEST_CASE("what lies outside counts in the first and the last bin", "[lag]") {
    ExponentialHistogram histogram;
    histogram.record(0, 2);
    histogram.record(1, 3);
    histogram.record(999, 5);
    histogram.record(std::uint64_t{1} << 39U, 11);
    const auto bins = LagBins::of(histogram);
    CHECK(bins.counts.front() == 10);
    CHECK(bins.counts.back() == 11);
    CHECK(std::accumulate(bins.counts.begin(), bins.counts.end(), 0U) == histogram.count());
}
