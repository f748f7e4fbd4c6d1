// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/exponential_histogram.h"

#include "feeds/util/saturating.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

namespace surgescope::feeds {
namespace {

constexpr int kPerOctave = 1 << ExponentialHistogram::kScale;

template <class Count> std::span<const Count> trimmed(std::span<const Count> buckets, int& offset) {
    while (!buckets.empty() && buckets.front() == 0) {
        buckets = buckets.subspan(1);
        ++offset;
    }
    while (!buckets.empty() && buckets.back() == 0)
        buckets = buckets.first(buckets.size() - 1);
    return buckets;
}

} // namespace

double ExponentialHistogram::lowerBound(int index) {
    return std::exp2(static_cast<double>(index) / kPerOctave);
}

int ExponentialHistogram::bucketIndex(std::uint64_t value) {
    // The steps of one octave, 2^(1/8) to 2^(8/8), in 1/2^52: a value is compared with them exactly enough
    // that only powers of two, which are exact, ever fall on a bound.
    static const std::array<double, kPerOctave> steps = [] {
        std::array<double, kPerOctave> s{};
        for (int i = 0; i < kPerOctave; ++i)
            s[static_cast<std::size_t>(i)] = std::exp2((i + 1.0) / kPerOctave);
        return s;
    }();
    const int octave = std::bit_width(value) - 1;
    const double rest = std::ldexp(static_cast<double>(value), -octave); // in [1, 2]
    if (rest == 1.0) return std::min(octave * kPerOctave - 1, kMaxIndex);
    const auto step = std::lower_bound(steps.begin(), steps.end(), rest) - steps.begin();
    return std::min(octave * kPerOctave + static_cast<int>(step), kMaxIndex);
}

void ExponentialHistogram::makeRoom(std::uint64_t count) {
    const auto* narrow = std::get_if<Narrow>(&m_buckets);
    if (!narrow || saturatingSum(m_count, count) <= std::numeric_limits<std::uint32_t>::max()) return;
    m_buckets = Wide(narrow->begin(), narrow->end());
}

template <class Buckets> void ExponentialHistogram::cover(Buckets& buckets, int first, int last) {
    if (buckets.empty()) {
        m_offset = first;
        buckets.resize(static_cast<std::size_t>(last - first + 1), 0);
        return;
    }
    if (first < m_offset) {
        buckets.insert(buckets.begin(), static_cast<std::size_t>(m_offset - first), 0);
        m_offset = first;
    }
    const auto size = static_cast<std::size_t>(last - m_offset + 1);
    if (size > buckets.size()) buckets.resize(size, 0);
}

template <class Buckets, class Count>
void ExponentialHistogram::add(Buckets& buckets, int offset, std::span<const Count> counts) {
    if (buckets.empty()) { // most are: cleared a moment ago
        buckets.assign(counts.begin(), counts.end());
        m_offset = offset;
    } else if (!counts.empty()) {
        cover(buckets, offset, offset + static_cast<int>(counts.size()) - 1);
        auto* to = buckets.data() + (offset - m_offset);
        for (const auto count : counts) {
            if constexpr (std::is_same_v<Buckets, Wide>)
                *to = saturatingSum(*to, count);
            else // there is room
                *to += static_cast<typename Buckets::value_type>(count);
            ++to;
        }
    }
}

void ExponentialHistogram::record(std::uint64_t value, std::uint64_t count) {
    if (count == 0) return;
    makeRoom(count);
    if (value == 0) {
        m_zeros = saturatingSum(m_zeros, count);
    } else {
        const int index = bucketIndex(value);
        std::visit([&](auto& buckets) { add(buckets, index, std::span<const std::uint64_t>(&count, 1)); },
                   m_buckets);
    }
    m_count = saturatingSum(m_count, count);
    addSummary(value * count, value);
}

void ExponentialHistogram::merge(const ExponentialHistogram& other) {
    makeRoom(other.m_count);
    std::visit([&](auto& to, const auto& from) { add(to, other.m_offset, std::span(from)); }, m_buckets,
               other.m_buckets);
    m_zeros = saturatingSum(m_zeros, other.m_zeros);
    m_count = saturatingSum(m_count, other.m_count);
    addSummary(other.m_sum, other.m_max);
}

void ExponentialHistogram::clear() {
    std::visit([](auto& buckets) { buckets.clear(); },
               m_buckets); // keeps memory: cleared once a second for ever
    m_offset = 0;
    m_zeros = m_count = m_sum = m_max = 0;
}

bool ExponentialHistogram::addBuckets(int offset, std::span<const std::uint64_t> counts) {
    if (counts.empty()) return true;
    if (offset < kMinIndex || counts.size() > static_cast<std::size_t>(kMaxIndex - kMinIndex + 1) ||
        offset + static_cast<int>(counts.size()) - 1 > kMaxIndex)
        return false;
    const auto count = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}, saturatingSum);
    makeRoom(count);
    std::visit([&](auto& buckets) { add(buckets, offset, counts); }, m_buckets);
    m_count = saturatingSum(m_count, count);
    return true;
}

void ExponentialHistogram::addZeros(std::uint64_t count) {
    m_zeros = saturatingSum(m_zeros, count);
    m_count = saturatingSum(m_count, count);
}

void ExponentialHistogram::addSummary(std::uint64_t sum, std::uint64_t max) {
    m_sum = saturatingSum(m_sum, sum);
    m_max = std::max(m_max, max);
}

std::optional<double> ExponentialHistogram::quantile(double q) const {
    if (m_count == 0) return std::nullopt;
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(m_count);
    if (m_zeros > 0 && rank <= static_cast<double>(m_zeros)) return 0.0;
    const auto wanted = rank >= static_cast<double>(m_count)
                            ? m_count
                            : std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(rank)));
    // The first bucket up to which so many are counted; from the nearer end, as most quantiles asked for are
    // high.
    return visitBuckets([&](auto buckets) {
        if (buckets.empty()) return static_cast<double>(m_max);
        std::size_t bucket = 0;
        std::uint64_t upTo = saturatingSum(m_zeros, buckets[0]);
        if (q < 0.5) {
            while (upTo < wanted && bucket + 1 < buckets.size())
                upTo = saturatingSum(upTo, buckets[++bucket]);
        } else {
            bucket = buckets.size() - 1;
            upTo = m_count;
            while (bucket > 0 && upTo - buckets[bucket] >= wanted)
                upTo -= buckets[bucket--];
        }
        const auto inside = std::max(1.0, static_cast<double>(buckets[bucket])); // 0 where sums have stopped
        const double position = (rank - (static_cast<double>(upTo) - inside)) / inside;
        const double value = std::exp2((m_offset + static_cast<int>(bucket) + position) / kPerOctave);
        return std::min(value, static_cast<double>(m_max));
    });
}

bool operator==(const ExponentialHistogram& a, const ExponentialHistogram& b) {
    if (a.m_zeros != b.m_zeros || a.m_count != b.m_count || a.m_sum != b.m_sum || a.m_max != b.m_max)
        return false;
    return a.visitBuckets([&](auto untrimmedA) {
        return b.visitBuckets([&](auto untrimmedB) {
            int offsetA = a.m_offset;
            int offsetB = b.m_offset;
            const auto bucketsA = trimmed(untrimmedA, offsetA);
            const auto bucketsB = trimmed(untrimmedB, offsetB);
            return std::ranges::equal(bucketsA, bucketsB) && (bucketsA.empty() || offsetA == offsetB);
        });
    });
}

} // namespace surgescope::feeds
