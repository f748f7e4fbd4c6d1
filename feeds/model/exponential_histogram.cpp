// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/exponential_histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

namespace surgescope::feeds {
namespace {

constexpr int kPerOctave = 1 << ExponentialHistogram::kScale;

std::span<const std::uint64_t> trimmed(std::span<const std::uint64_t> buckets, int& offset) {
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

void ExponentialHistogram::cover(int first, int last) {
    if (m_buckets.empty()) {
        m_offset = first;
        m_buckets.resize(static_cast<std::size_t>(last - first + 1), 0);
        return;
    }
    if (first < m_offset) {
        m_buckets.insert(m_buckets.begin(), static_cast<std::size_t>(m_offset - first), 0);
        m_offset = first;
    }
    const auto size = static_cast<std::size_t>(last - m_offset + 1);
    if (size > m_buckets.size()) m_buckets.resize(size, 0);
}

void ExponentialHistogram::add(int offset, std::span<const std::uint64_t> counts) {
    if (m_buckets.empty()) { // most are: cleared a moment ago
        m_buckets.assign(counts.begin(), counts.end());
        m_offset = offset;
    } else if (!counts.empty()) {
        cover(offset, offset + static_cast<int>(counts.size()) - 1);
        auto* to = m_buckets.data() + (offset - m_offset);
        for (const std::uint64_t count : counts)
            *to++ += count;
    }
}

void ExponentialHistogram::record(std::uint64_t value, std::uint64_t count) {
    if (count == 0) return;
    if (value == 0) {
        m_zeros += count;
    } else {
        const int index = bucketIndex(value);
        cover(index, index);
        m_buckets[static_cast<std::size_t>(index - m_offset)] += count;
    }
    m_count += count;
    addSummary(value * count, value);
}

void ExponentialHistogram::merge(const ExponentialHistogram& other) {
    add(other.m_offset, other.m_buckets);
    m_zeros += other.m_zeros;
    m_count += other.m_count;
    addSummary(other.m_sum, other.m_max);
}

void ExponentialHistogram::clear() {
    m_buckets.clear(); // keeps its memory: cleared once a second for ever
    m_offset = 0;
    m_zeros = m_count = m_sum = m_max = 0;
}

bool ExponentialHistogram::addBuckets(int offset, std::span<const std::uint64_t> counts) {
    if (counts.empty()) return true;
    if (offset < kMinIndex || counts.size() > static_cast<std::size_t>(kMaxIndex - kMinIndex + 1) ||
        offset + static_cast<int>(counts.size()) - 1 > kMaxIndex)
        return false;
    add(offset, counts);
    m_count = std::accumulate(counts.begin(), counts.end(), m_count);
    return true;
}

void ExponentialHistogram::addZeros(std::uint64_t count) {
    m_zeros += count;
    m_count += count;
}

void ExponentialHistogram::addSummary(std::uint64_t sum, std::uint64_t max) {
    m_sum += sum;
    m_max = std::max(m_max, max);
}

std::optional<double> ExponentialHistogram::quantile(double q) const {
    if (m_count == 0) return std::nullopt;
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(m_count);
    if (m_zeros > 0 && rank <= static_cast<double>(m_zeros)) return 0.0;
    if (m_buckets.empty()) return static_cast<double>(m_max);
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(rank)));
    // The first bucket up to which so many are counted; from the nearer end, as most quantiles asked for are
    // high.
    std::size_t bucket = 0;
    std::uint64_t upTo = m_zeros + m_buckets[0];
    if (q < 0.5) {
        while (upTo < wanted && bucket + 1 < m_buckets.size())
            upTo += m_buckets[++bucket];
    } else {
        bucket = m_buckets.size() - 1;
        upTo = m_count;
        while (bucket > 0 && upTo - m_buckets[bucket] >= wanted)
            upTo -= m_buckets[bucket--];
    }
    const auto inside = static_cast<double>(m_buckets[bucket]);
    const double position = (rank - (static_cast<double>(upTo) - inside)) / inside;
    const double value = std::exp2((m_offset + static_cast<int>(bucket) + position) / kPerOctave);
    return std::min(value, static_cast<double>(m_max));
}

bool operator==(const ExponentialHistogram& a, const ExponentialHistogram& b) {
    int offsetA = a.m_offset;
    int offsetB = b.m_offset;
    const auto bucketsA = trimmed(a.m_buckets, offsetA);
    const auto bucketsB = trimmed(b.m_buckets, offsetB);
    return a.m_zeros == b.m_zeros && a.m_count == b.m_count && a.m_sum == b.m_sum && a.m_max == b.m_max &&
           std::ranges::equal(bucketsA, bucketsB) && (bucketsA.empty() || offsetA == offsetB);
}

} // namespace surgescope::feeds
