// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/partition.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace surgescope::feeds::sim {
namespace {

/// What lies below each part: parts i and i + 1 bound what is i's.
std::vector<std::uint64_t> boundsOf(std::span<const std::uint64_t> weights) {
    std::vector<std::uint64_t> bounds(weights.size() + 1, 0);
    std::partial_sum(weights.begin(), weights.end(), bounds.begin() + 1);
    return bounds;
}

/// Whole numbers in proportion to the weights behind `bounds`, which add up to the total. `shift`, below the
/// sum of weights, moves the places where it is rounded.
class Split {
  public:
    Split(const std::vector<std::uint64_t>& bounds, std::uint64_t total, std::uint64_t shift)
        : m_bounds(bounds), m_whole(total / bounds.back()), m_rest(total % bounds.back()), m_shift(shift) {}
    std::uint64_t operator[](std::size_t part) const { return below(part + 1) - below(part); }

  private:
    std::uint64_t below(std::size_t part) const { // ⌊(bound × total + shift) / sum⌋, in 64 bits
        return m_bounds[part] * m_whole + (m_bounds[part] * m_rest + m_shift) / m_bounds.back();
    }

    const std::vector<std::uint64_t>& m_bounds;
    std::uint64_t m_whole;
    std::uint64_t m_rest;
    std::uint64_t m_shift;
};

/// Node by node, for each part has as many in all bins together as it has nodes: dealt out like cards.
void dealSaturation(const SaturationHistogram& whole, const std::vector<std::uint64_t>& bounds,
                    std::uint64_t key, std::vector<PopTotals>& parts) {
    const auto nodes = bounds.back();
    if (whole.count() != nodes) return;
    auto stride = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(nodes) * 0.618));
    while (std::gcd(stride, nodes) != 1)
        ++stride;
    auto position = key % nodes;
    for (std::size_t bin = 0; bin < SaturationHistogram::kBins; ++bin)
        for (std::uint64_t i = 0; i < whole.bins[bin]; ++i) {
            const auto after = std::upper_bound(bounds.begin() + 1, bounds.end(), position);
            ++parts[static_cast<std::size_t>(after - bounds.begin() - 1)].saturation.bins[bin];
            position = (position + stride) % nodes;
        }
}

void splitHistogram(const ExponentialHistogram& whole, const std::vector<std::uint64_t>& bounds,
                    std::uint64_t key, Distribution distribution, std::vector<PopTotals>& parts) {
    if (whole.empty()) return;
    const auto sum = bounds.back();
    std::vector<std::uint64_t> buckets;
    whole.visitBuckets([&](auto counts) { buckets.assign(counts.begin(), counts.end()); });
    std::vector<std::uint64_t> mine(buckets.size() * parts.size(), 0); // part after part
    for (std::size_t b = 0; b < buckets.size(); ++b) {
        if (buckets[b] == 0) continue;
        const Split split(bounds, buckets[b], hash(key, b) % sum);
        for (std::size_t p = 0; p < parts.size(); ++p)
            mine[p * buckets.size() + b] = split[p];
    }
    const Split zeros(bounds, whole.zeros(), mix(key) % sum);
    std::uint64_t counted = 0;
    std::uint64_t given = 0;
    for (std::size_t p = 0; p < parts.size(); ++p) {
        auto& to = parts[p][distribution];
        const std::span part(mine.data() + p * buckets.size(), buckets.size());
        const auto first = std::ranges::find_if(part, [](auto count) { return count > 0; });
        std::uint64_t highest = 0;
        if (first != part.end()) {
            auto last = part.end();
            while (*(last - 1) == 0)
                --last;
            const auto offset = whole.offset() + static_cast<int>(first - part.begin());
            (void)to.addBuckets(offset, std::span(first, last)); // buckets of a histogram
            const auto above = offset + static_cast<int>(last - first);
            highest = last == part.end()
                          ? whole.max()
                          : std::min(whole.max(),
                                     static_cast<std::uint64_t>(ExponentialHistogram::lowerBound(above)));
        }
        to.addZeros(zeros[p]);
        if (to.empty()) continue;
        counted += to.count();
        const auto until = counted == whole.count()
                               ? whole.sum()
                               : std::clamp(static_cast<std::uint64_t>(static_cast<double>(whole.sum()) *
                                                                       static_cast<double>(counted) /
                                                                       static_cast<double>(whole.count())),
                                            given, whole.sum());
        to.addSummary(until - given, highest);
        given = until;
    }
}

} // namespace

void partition(const PopTotals& whole, std::span<const std::uint64_t> nodes, std::uint64_t key,
               std::vector<PopTotals>& parts) {
    parts.resize(nodes.size());
    for (auto& part : parts) {
        part.clear();
        part.measuredByAny = whole.measuredByAny;
        part.measuredByAll = whole.measuredByAll;
    }
    const auto bounds = boundsOf(nodes);
    if (bounds.back() == 0) { // no node is up, but what happened there must not be lost
        if (!parts.empty()) parts.front() = whole;
        return;
    }
    for (std::size_t c = 0; c < kCounterCount; ++c) {
        if (whole.counters[c] == 0) continue;
        const Split split(bounds, whole.counters[c], hash(key, 0xc0, c) % bounds.back());
        for (std::size_t p = 0; p < parts.size(); ++p)
            parts[p].counters[c] = split[p];
    }
    for (std::size_t d = 0; d < kDistributionCount; ++d)
        splitHistogram(whole.distributions[d], bounds, hash(key, 0xd1, d), static_cast<Distribution>(d),
                       parts);
    dealSaturation(whole.saturation, bounds, hash(key, 0x5a), parts);
}

} // namespace surgescope::feeds::sim
