// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/store_queries.h"
#include "feeds/model/pop_totals.h"
#include "feeds/util/counted.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// Reads back what WriteRequests wrote: counters to what was counted in each ten seconds, histograms to ours.
/// What the store does not hold is not measured; classic buckets are too coarse, and are left. Waits for the
/// network. One thread.
class HistoryReader {
  public:
    static constexpr std::chrono::seconds kWidth{10};
    /// Asked for at once, at most; of more than 400 PoPs it is less, so that memory stays bounded.
    static constexpr std::chrono::seconds kStretch{300};
    /// Looked at in one go where nobody reported, at most: a store counts all samples of it.
    static constexpr std::chrono::seconds kGap = 64 * kStretch;
    /// PoPs × ten seconds held at once; of more PoPs none are taken.
    static constexpr std::size_t kMostPoints = 12'000;
    /// Series whose last sample is remembered; of more none are taken.
    static constexpr std::size_t kMostSeries = 4'000'000;

    /// Slots that end until there, in order; those that nobody reported in are not there.
    struct Stretch {
        FeedSecond until{};
        std::vector<FleetRollup> rollups;
    };

    /// Refuses what is no URL, and credentials that cannot be read.
    static Result<HistoryReader> make(StoreQueries::Options options);

    /// Slots that end behind `from` and until `to`, both multiples of ten seconds, or the first of them: as
    /// many as it says, which are more and more where nobody reported for long. To be called for one stretch
    /// after the other: of the first, what has no sample ten seconds before it is left out. An Error: no
    /// answer, or one that cannot be read.
    Result<Stretch> read(FeedSecond from, FeedSecond to);

    /// Series and samples that were no numbers, or of no PoP, so far; what is the last one?
    const Counted& unusable() const { return m_unusable; }
    const Counted& warnings() const { return m_store.warnings(); }

  private:
    Result<bool> isAnybodyIn(FeedSecond from, FeedSecond to);
    struct Asked; // a name, and what its samples are
    struct Slots; // of one stretch
    struct Last { // of a series
        std::int64_t ms = 0;
        double value = 0;
    };
    using Buckets = std::vector<double>; // of a native histogram, the zeros first

    explicit HistoryReader(StoreQueries store) : m_store(std::move(store)) {}
    static std::vector<Asked> everything();
    std::vector<FleetRollup> rollupsOf(Slots& slots) const;
    std::optional<std::size_t> placeOf(const Asked& asked, const MatrixSeries& series, const Slots& slots);
    void take(const Asked& asked, const MatrixSeries& series, Slots& slots);
    void takeHistograms(const Asked& asked, const MatrixSeries& series, Last& last, Buckets& buckets,
                        std::size_t place, Slots& slots);
    void leave(const Asked& asked, const std::string& why, std::uint64_t count = 1);

    StoreQueries m_store;
    std::chrono::seconds m_look = kStretch;                 // longer: nobody reported just before
    std::map<std::string, std::size_t, std::less<>> m_pops; // and where they stand in slots
    std::unordered_map<std::uint64_t, Last> m_last;         // by MatrixSeries::hash()
    std::unordered_map<std::uint64_t, Buckets> m_lastBuckets;
    Counted m_unusable;
};

} // namespace surgescope::feeds
