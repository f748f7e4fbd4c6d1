// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/pop_totals.h"

#include "feeds/util/saturating.h"

#include <algorithm>
#include <numeric>

namespace surgescope::feeds {
namespace {

struct CounterWords {
    std::string_view name;
    std::string_view unit;
};

constexpr std::array<CounterWords, kCounterCount> kCounterWords{{
#define X(name, number, unit) {#name, unit},
    SURGESCOPE_COUNTERS(X)
#undef X
}};

constexpr std::array<std::string_view, kDistributionCount> kDistributionNames{{
#define X(name, number) #name,
    SURGESCOPE_DISTRIBUTIONS(X)
#undef X
}};

} // namespace

std::string_view nameOf(Counter counter) {
    return kCounterWords[static_cast<std::size_t>(counter)].name;
}
std::string_view unitOf(Counter counter) {
    return kCounterWords[static_cast<std::size_t>(counter)].unit;
}
std::string_view nameOf(Distribution d) {
    return kDistributionNames[static_cast<std::size_t>(d)];
}

void SaturationHistogram::record(std::uint32_t permille, std::uint64_t count) {
    auto& bin = bins[std::min<std::size_t>(permille / kBinPermille, kBins - 1)];
    bin = saturatingSum(bin, count);
}

void SaturationHistogram::merge(const SaturationHistogram& other) {
    for (std::size_t i = 0; i < kBins; ++i)
        bins[i] = saturatingSum(bins[i], other.bins[i]);
}

std::uint64_t SaturationHistogram::count() const {
    return std::accumulate(bins.begin(), bins.end(), std::uint64_t{0}, saturatingSum);
}

std::uint64_t SaturationHistogram::atOrAbove(std::uint32_t permille) const {
    const auto first = bins.begin() + std::min<std::ptrdiff_t>(permille / kBinPermille, kBins);
    return std::accumulate(first, bins.end(), std::uint64_t{0}, saturatingSum);
}

void PopTotals::merge(const PopTotals& other) {
    for (std::size_t i = 0; i < kCounterCount; ++i)
        counters[i] = saturatingSum(counters[i], other.counters[i]);
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        distributions[i].merge(other.distributions[i]);
    saturation.merge(other.saturation);
    measuredByAny = measuredByAny | other.measuredByAny;
    measuredByAll = measuredByAll & other.measuredByAll;
}

void PopTotals::clear() {
    counters.fill(0);
    for (auto& distribution : distributions)
        distribution.clear();
    saturation = {};
    measuredByAny = {};
    measuredByAll = FieldSet::all();
}

} // namespace surgescope::feeds
