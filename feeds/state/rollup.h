// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_totals.h"
#include "feeds/state/announced.h"
#include "feeds/state/open_seconds.h"
#include "feeds/wire/messages.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// What remains of one place's totals once their slot of 1, 10 or 60 s is over: rates, ratios and quantiles
/// read from that slot's merged totals. NaN: no data, or not measured.
struct RollupPoint : Charted<float> {
    /// Rates are of the seconds that were `observed`, be it that the feed began or was silent within the
    /// slot; the coverage is that of its whole `width`. `expectedNodes` may be 0 when no roster is known:
    /// what reports is then all there is. `wide`: also what is charted of regions and
    /// the world alone.
    static RollupPoint of(const PopTotals& totals, std::chrono::seconds observed, std::chrono::seconds width,
                          std::uint64_t expectedNodes, bool wide = true);
    static RollupPoint none();
    bool hasData() const {
        const float coverage = (*this)[Measure::coverage];
        return coverage == coverage;
    }
};

/// A point where it is kept; or none. Valid until its ring takes another.
class KeptPoint {
  public:
    KeptPoint() = default;
    KeptPoint(const float* values, std::size_t count) : m_values(values), m_count(count) {}
    explicit operator bool() const { return m_values != nullptr; }
    /// NaN: no data, or not kept of this place.
    float operator[](Measure measure) const {
        const auto column = chartColumn(measure);
        return column < m_count ? m_values[column] : std::numeric_limits<float>::quiet_NaN();
    }
    /// Of one that there is.
    bool hasData() const {
        const float coverage = (*this)[Measure::coverage];
        return coverage == coverage;
    }
    RollupPoint copy() const;

  private:
    const float* m_values = nullptr;
    std::size_t m_count = 0;
};

/// Points at one resolution, a fixed number of slots, the oldest overwritten. Memory is taken as it fills.
class RollupRing {
  public:
    RollupRing(std::chrono::seconds step, std::uint32_t slots) : m_step(step), m_slots(slots) {}

    /// Also what is charted of regions and the world alone. Before the first point.
    void keepWide() { m_width = kChartedCount; }

    std::chrono::seconds step() const { return m_step; }
    std::chrono::seconds length() const { return m_step * m_slots; }

    /// `end` must be a multiple of the step.
    void put(FeedSecond end, const RollupPoint& point);
    /// The point of the slot that ends at `end`.
    KeptPoint at(FeedSecond end) const;
    /// Whether the place that such a point would take is a newer one's already.
    bool holdsNewer(FeedSecond end) const;
    void clear();

    // The distribution of the lag, of places that keep it.
    void putLag(FeedSecond end, const LagBins& bins);
    const LagBins* lagAt(FeedSecond end) const;

  private:
    /// Narrow, since it divides and a seek puts hundreds of thousands of points.
    std::uint32_t numberOf(FeedSecond end) const {
        return static_cast<std::uint32_t>(unixSeconds(end)) / static_cast<std::uint32_t>(m_step.count());
    }

    std::chrono::seconds m_step;
    std::uint32_t m_slots;
    std::size_t m_width = kChartedEverywhere; // numbers a point
    std::unique_ptr<float[]> m_points;        // valid where m_numbers is; pages that hold none take no memory
    std::vector<std::uint32_t> m_numbers;     // end / step of what each slot holds, 0: nothing
    std::vector<LagBins> m_lags;              // as m_points
};

/// One place (PoP, region or world) through time: the newest seconds whole and still open to late reports,
/// everything older as points: 1 s for 15 minutes, 10 s for 3 hours, 60 s for 48 hours. Bounded: about 300 kB
/// a place.
class Rollup : public OpenSeconds {
  public:
    static constexpr std::size_t kResolutions = 3;
    /// How far back the finest ring reaches.
    static constexpr std::chrono::seconds kFineRange{900};

    Rollup();

    /// As of regions and the world: what is charted of them alone, and the distribution of the invalidation
    /// lag. 1.3 MB. Before the first second.
    void keepWide();
    bool isWide() const { return m_isWide; }
    /// What is told of the place, besides its totals.
    void announce(const Announced& announced) { m_announced = announced; }

    /// The totals of a second, to be added to; opens it if it is newer than all others, and closes what falls
    /// out of the window. Null: that second is closed already.
    PopTotals* open(FeedSecond second, std::uint64_t expectedNodes);
    /// Adds up the slot of the second ring that ends there, late reports and all. It is whole once its last
    /// second has closed, and kept until the next slot is. False: nothing was reported in it.
    bool mergeSlotInto(FeedSecond end, PopTotals& totals) const;

    /// Writes the points of open seconds up to `second` that changed since they were last written.
    void settle(FeedSecond second, std::uint64_t expectedNodes);

    /// From the finest to the coarsest.
    const std::array<RollupRing, kResolutions>& rings() const { return m_rings; }
    /// The finest ring that reaches back `range`.
    const RollupRing& ringFor(std::chrono::seconds range) const;
    /// The point that holds a moment, from the finest ring that has one.
    KeptPoint pointAt(FeedSecond second) const;

    /// For a replay that seeks: a point of the ring with this step, as it was shown, unless a newer one has
    /// taken its place. False: there is no such ring.
    bool restore(std::chrono::seconds step, FeedSecond end, const RollupPoint& point);
    /// The same for the distribution of the lag; after its point.
    void restoreLag(std::chrono::seconds step, FeedSecond end, const LagBins& bins);
    /// For a replay that seeks: what an interval before the first open second adds to the coarse slots it
    /// lies in. `observed`: of how many seconds the totals are.
    void restore(std::chrono::seconds width, FeedSecond end, const PopTotals& totals,
                 std::chrono::seconds observed, std::uint64_t expectedNodes);
    /// For a replay that seeks: the newest second of a place that says nothing any more. What was restored
    /// before knows of it, points and slots alike; it comes back to be looked at.
    void restoreNewest(FeedSecond second, const PopTotals& totals, std::uint64_t expectedNodes);

    void clear();

  private:
    struct Told {              // of an open second
        bool changed = false;  // since its point was written
        bool restored = false; // in points and slots already
    };
    struct Sum { // of a slot that is being filled
        FeedSecond end{};
        bool used = false;
        std::chrono::seconds observed{};
        PopTotals totals;
    };

    void put(RollupRing& ring, FeedSecond end, const PopTotals& totals, std::chrono::seconds observed,
             std::chrono::seconds width, std::uint64_t expectedNodes);
    void close(FeedSecond second, PopTotals& totals, std::uint64_t expectedNodes);
    void addRecent();
    /// Everything up to `second` has closed: the points of the coarser slots are due.
    void writeUntil(FeedSecond second, std::uint64_t expectedNodes);
    /// Makes the sum that of the slot which the second lies in; the slot before is over.
    void turn(std::size_t coarse, FeedSecond second, std::uint64_t expectedNodes);
    /// The point of the slot, of which `until` has passed.
    void write(std::size_t coarse, FeedSecond until, std::uint64_t expectedNodes);

    std::array<Told, kOpenSeconds> m_told; // by indexOf()
    std::array<RollupRing, kResolutions> m_rings;
    std::array<Sum, kResolutions - 1> m_sums; // of the second and third ring
    Sum m_before;                             // the slot before that of m_sums[0]
    Sum m_recent;                             // closed, but not yet in m_sums
    FeedSecond m_written{};                   // up to where coarse points tell
    bool m_isWide = false;
    std::optional<Announced> m_announced;
};

} // namespace surgescope::feeds
