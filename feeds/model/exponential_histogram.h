// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace surgescope::feeds {

/// A histogram of non-negative whole numbers (in surgescope: microseconds) that merges by addition.
///
/// It is the base-2 exponential histogram of the OpenTelemetry metrics data model, always at scale 3: bucket
/// i counts values in (b^i, b^(i+1)] with b = 2^(1/8) = 1.0905. Zeros are counted apart. One scale for the
/// whole fleet, so a merge is exact and never rescales. A quantile is off by less than one bucket: a factor
/// of b.
///
/// Counts and sums stop at 2^64 - 1 and never wrap around.
///
/// Values above 2^40 (12.7 days in microseconds) count in the last bucket; max() keeps their true size.
class ExponentialHistogram {
  public:
    static constexpr int kScale = 3;
    static constexpr int kMinIndex = -1; // the bucket of the value 1
    static constexpr int kMaxIndex = 40 * (1 << kScale) - 1;

    /// The bucket of a value above zero.
    static int bucketIndex(std::uint64_t value);
    /// b^index: the exclusive lower bound of bucket `index`, the inclusive upper bound of the one before.
    static double lowerBound(int index);

    void record(std::uint64_t value, std::uint64_t count = 1);
    void merge(const ExponentialHistogram& other);
    void clear();

    /// For a decoder: adds whole buckets. False, and unchanged, when an index is outside [kMinIndex,
    /// kMaxIndex].
    [[nodiscard]] bool addBuckets(int offset, std::span<const std::uint64_t> counts);
    void addZeros(std::uint64_t count);
    void addSummary(std::uint64_t sum, std::uint64_t max);

    std::uint64_t count() const { return m_count; }
    std::uint64_t zeros() const { return m_zeros; }
    std::uint64_t sum() const { return m_sum; }
    std::uint64_t max() const { return m_max; }
    bool empty() const { return m_count == 0; }

    /// Index of the first bucket; meaningless when there is none.
    int offset() const { return m_offset; }
    /// Calls `use` with the buckets' counts: a span of 32-bit or of 64-bit numbers.
    template <class Use> decltype(auto) visitBuckets(Use use) const {
        return std::visit([&](const auto& buckets) { return use(std::span(buckets)); }, m_buckets);
    }

    /// The value below which a share q (0 to 1) of the recorded values lies; nothing when empty.
    std::optional<double> quantile(double q) const;

    /// Equal when they hold the same counts, however each came to them.
    friend bool operator==(const ExponentialHistogram& a, const ExponentialHistogram& b);

  private:
    // Buckets are narrow until a count might not fit: thousands of histograms are kept and merged each
    // second, and the memory they take is what that costs.
    using Narrow = std::vector<std::uint32_t>;
    using Wide = std::vector<std::uint64_t>;

    void makeRoom(std::uint64_t count); // for so many more values
    template <class Buckets> void cover(Buckets& buckets, int first, int last);
    template <class Buckets, class Count>
    void add(Buckets& buckets, int offset, std::span<const Count> counts);

    std::variant<Narrow, Wide> m_buckets;
    int m_offset = 0;
    std::uint64_t m_zeros = 0;
    std::uint64_t m_count = 0;
    std::uint64_t m_sum = 0;
    std::uint64_t m_max = 0;
};

} // namespace surgescope::feeds
