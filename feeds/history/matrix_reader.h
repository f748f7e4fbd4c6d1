// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// One series of an answer: its labels, and its samples or histograms by time, as they came.
struct MatrixSeries {
    struct Sample {
        std::int64_t ms = 0; // Unix time
        double value = 0;
    };
    struct Bucket { // what lies in (lower, upper]
        double lower = 0;
        double upper = 0;
        double count = 0;
    };
    struct Histogram { // a native one
        std::int64_t ms = 0;
        double sum = 0;
        std::size_t firstBucket = 0; // in `buckets`
        std::size_t endBucket = 0;
    };

    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<Sample> samples;
    std::vector<Histogram> histograms;
    std::vector<Bucket> buckets; // of all its histograms
    std::uint64_t malformed = 0; // samples that are none, or no labels or no samples at all
    const char* what = "";       // is the last of these

    /// Empty: it has none of that name.
    std::string_view label(std::string_view name) const;
    /// The same for the same labels, in whatever order.
    std::uint64_t hash() const;
};

/// Reads answers of stores to /api/v1/query and query_range that are a matrix
/// (prometheus.io/docs/prometheus/latest/querying/api), in one pass; keeps the memory. One thread.
class MatrixReader {
  public:
    MatrixReader();
    ~MatrixReader();
    MatrixReader(MatrixReader&&) noexcept;

    /// Hands over each series, for the time of the call. False: that is no such answer; what came before it
    /// broke was handed over. The text gets room at its end, as the parser wants it.
    bool read(std::string& json, const std::function<void(const MatrixSeries&)>& take);

    /// Of the last one: the store itself says that it is not all of it.
    bool isPartial() const { return m_isPartial; }
    /// And what it says beside it, why there is no answer or what is odd about it; empty: nothing.
    const std::string& said() const { return m_said; }

  private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
    MatrixSeries m_series;
    bool m_isPartial = false;
    std::string m_said;
};

/// All of the text, and finite; nothing: it is no number.
std::optional<double> readNumber(std::string_view text);

} // namespace surgescope::feeds
