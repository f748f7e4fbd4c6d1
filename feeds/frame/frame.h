// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/selection.h"
#include "feeds/model/feed_time.h"
#include "feeds/model/measure.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/model/pop_totals.h"
#include "feeds/model/reading.h"
#include "feeds/state/freshness.h"
#include "feeds/state/rollup.h"
#include "feeds/transport/endpoint_status.h"
#include "feeds/util/clock.h"
#include "feeds/util/counted.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// So far may a feed be from this machine's clock and still be of now.
inline constexpr double kOfNowSeconds = 5;

/// Where the data comes from, unmistakable on the screen.
enum class FeedMode : std::uint8_t { live, replay, rehearsal };

/// What is known of a PoP, a region or the world in the newest settled second.
struct Summary {
    std::array<Reading, kMeasureCount> readings{};
    std::uint64_t nodesHeard = 0;    // measured in that second
    std::uint64_t nodesExpected = 0; // on the roster

    const Reading& operator[](Measure measure) const { return readings[static_cast<std::size_t>(measure)]; }
    Reading& operator[](Measure measure) { return readings[static_cast<std::size_t>(measure)]; }
    bool operator==(const Summary&) const = default;
};

/// Beyond this the clocks of a twentieth of the nodes are off: lags measured by them mean little.
inline constexpr double kClocksOffUs = 250e3;
inline bool clocksAreOff(const Summary& summary) {
    const auto& offset = summary[Measure::clock_offset_p95_us];
    return offset.hasValue() && offset.value > kClocksOffUs;
}

/// One PoP, whether the catalogue knows it or not.
struct PopFrame {
    std::string code;
    std::optional<PopIndex> place; // nothing: unplaced, the catalogue does not know the code
    std::string region;            // the catalogue's code, or "unplaced"
    Freshness freshness = Freshness::noData;
    double ageSeconds = 0;               // since a node of it was last heard; meaningless for noData
    std::optional<double> secondsToFull; // as secondsToFull() says; nothing: not within the hour
    Summary summary;
    bool operator==(const PopFrame&) const = default;
};

/// Columns of equal width in feed time. Column i ends at `end - (columns - 1 - i) × step`.
struct TimeAxis {
    FeedSecond end{};
    int columns = 0;
    std::chrono::seconds step{1};

    FeedSecond endOf(int column) const { return end - (columns - 1 - column) * step; }
    bool operator==(const TimeAxis&) const = default;
};

/// What is selected over the frame's chart axis, and a baseline over the same.
using Series = Charted<std::vector<float>>;

/// A part of what is selected, over the frame's chart axis: of the world its regions, of a region its PoPs.
/// NaN where there is no data: a gap, never a zero. Parts add up to the whole.
struct PartSeries {
    static constexpr const char* kOthers = "others"; // PoPs too small for a line of their own
    std::string code;                                // of a region or a PoP; or "unplaced", or kOthers
    Series series;                                   // requests and egress alone
};

/// An earlier launch beneath this one, with its T-0 where this one's is.
struct BaselineFrame {
    std::string name;
    Series series;   // over the frame's chart axis
    RollupPoint now; // at the settled second; without data when the baseline was not recorded so far
    /// So far apart in size that only ratios and times can be compared: of all else it has no data.
    bool isOfAnotherEdge = false;
};

/// How invalidation lag is distributed over time: of what is selected, or of the region of a PoP. A share for
/// each column and LagBins bin; NaN: no data; all 0: heard, but nothing was applied.
struct LagGrid {
    TimeAxis axis;
    Selection of;
    std::vector<float> share; // columns × LagBins::kCount, column after column

    float at(int column, std::size_t bin) const {
        return share[static_cast<std::size_t>(column) * LagBins::kCount + bin];
    }
};

/// Invalidation lag, p99 of each PoP and column, worst PoP first. Of a region only its PoPs; of a PoP those
/// of its region, itself first.
struct HeatGrid {
    static constexpr float kNothingPurged = -1.0F; // heard, but no invalidation was applied: not zero lag
    TimeAxis axis;
    std::vector<std::string> rows; // PoP codes
    std::vector<float> lagUs;      // rows × columns, row-major; NaN: no data

    float at(int row, int column) const {
        return lagUs[static_cast<std::size_t>(row) * static_cast<std::size_t>(axis.columns) +
                     static_cast<std::size_t>(column)];
    }
};

/// A mark on the time line.
struct EventMark {
    FeedSecond at{};
    std::string kind; // release, purge, lever, note
    std::string text;
    bool operator==(const EventMark&) const = default;
};

/// One thing the feed refused or lost: why and how often.
struct RefusalCount {
    std::string reason;
    std::uint64_t count = 0;
    bool operator==(const RefusalCount&) const = default;
};

/// How the feed itself is doing, since start or since the last epoch.
struct FeedHealth {
    std::uint64_t nodesHeard = 0; // within the freshness limit, whatever second they report
    std::uint64_t nodesExpected = 0;
    double reportsPerSecond = 0; // PoP reports and node columns accepted
    double bytesPerSecond = 0;
    std::uint64_t lost = 0; // messages missing by sequence
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;
    std::uint64_t lostBelow = 0;    // by relays, of what their agents sent
    std::uint64_t refusedBelow = 0; // the same
    std::uint64_t restarts = 0;     // publishers that began a new session
    std::uint64_t corrected = 0;    // reports put into another second, because their publisher's clock is off
    std::uint64_t publishers = 0;   // that ever spoke
    /// Of whom something is wrong, and what: "clock of EWR/edge-7 is 60 s ahead: corrected". The worst first,
    /// at most a hundred of them.
    std::vector<std::string> complaints;
    std::size_t complaintCount = 0; // publishers of whom something is wrong
    /// How far the feed is behind this machine's clock, negative: ahead; nothing when it is not of now, as a
    /// rehearsal or a recording is not.
    std::optional<double> behindSeconds;
    /// Whether this machine's clock is said to be right by the kernel; nothing: it does not tell.
    std::optional<bool> clockSynchronised;
    std::vector<RefusalCount> refused;
    std::string lastRefusal; // in words, empty when there was none
    std::optional<double>
        newestAgeSeconds;      // since the last accepted report arrived; nothing before the first
    double feedThreadLoad = 0; // 0 to 1, of one core
    std::vector<EndpointStatus> endpoints;
    /// When the report arrived that settled the frame's second, by the machine's steady clock; nothing: time
    /// alone did, or it is a replay's.
    std::optional<SteadyTime> settledReportAt;
};

/// The drill-down of the selected PoP, from its node columns and from the edge file's inventory.
struct NodeDetail {
    std::string pop;
    std::uint64_t nodesHeard = 0;
    std::uint64_t nodesExpected = 0;
    std::array<std::uint64_t, 4> nodesByLevel{}; // managed, elevated, critical, overload
    std::string hottestNode;
    Reading hottestSaturation;
    Reading worstLagUs;
    std::uint64_t nodesMissing = 0; // of the edge file's inventory, those on no roster (Place::missingNodes)
    std::vector<std::string> missing; // the first few of those it names
    bool operator==(const NodeDetail&) const = default;
};

/// Everything the window shows at one moment. Immutable once posted; shared between threads.
struct Frame {
    std::uint64_t epoch = 0; // rises with each discontinuity: widgets then drop what they remembered
    std::uint64_t serial = 0;
    FeedMode mode = FeedMode::live;
    bool isSentAgain = false;            // a recording that somebody publishes: of then, not of now
    std::string scenario;                // empty when nobody named one
    std::optional<FeedSecond> settled;   // the second all numbers are of; nothing before the first report
    std::optional<FeedSecond> releaseAt; // T-0: set by hand, announced, or when a release was said to be live
    std::optional<double> listenersRecord; // the most ever before

    Selection selection; // what the following are of
    Summary summary;
    Series series;
    std::vector<PartSeries> parts; // the catalogue's order, or largest first; "unplaced" and "others" last
    std::optional<BaselineFrame> baseline;

    Summary world;
    PopTotals sinceStart;       // everything accepted in this epoch
    std::vector<PopFrame> pops; // by code; only those heard of or on a roster
    TimeAxis chartAxis;
    HeatGrid heat;
    LagGrid lag;
    std::vector<EventMark> events;
    std::optional<NodeDetail> nodes;
    FeedHealth health;
};

/// Whether the newest second is one of now, as this machine's clock tells, and no recording that is sent
/// again.
inline bool isOfNow(const Frame& frame) {
    return !frame.isSentAgain && std::abs(frame.health.behindSeconds.value_or(0)) <= kOfNowSeconds;
}

} // namespace surgescope::feeds
