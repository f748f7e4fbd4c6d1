// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/lag_bins.h"
#include "feeds/model/pop_totals.h"
#include "feeds/util/clock.h"
#include "feeds/wire/charted.h"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// The messages as plain values; how they look in bytes is the codec's business. Meanings and units: WIRE.md.
namespace surgescope::feeds {

/// Whose time the times of a message are: that of now, a simulation's, or that of a recording which is sent
/// again.
enum class TimeSource : std::uint8_t { clock, simulated, recorded };

/// Filled by the publisher, except for intervalEnd, which the reporter knows.
struct Header {
    std::string publisher;
    std::uint64_t session = 0;  // another one at each start of the publisher; says nothing else
    std::uint64_t sequence = 0; // per topic and session, from 1
    FeedSecond intervalEnd{};
    WallTime sent{};
    TimeSource timeSource = TimeSource::clock;
    WallTime received{};     // of a recorded message: when the recorder received it
    bool correction = false; // of a relay's report: to be added to what it reported of the interval before
    WallTime oldestSent{};   // of a relay's, by its clock: when the oldest of what is in it was sent
    bool operator==(const Header&) const = default;
};

struct PopReport {
    Header header;
    std::string pop;
    PopTotals totals;
    std::uint64_t twinNodes = 0; // of a relay's: of publishers below it whose name another has
    bool operator==(const PopReport&) const = default;
};

// Columns of NodeColumns: one value a node. Percentages in steps of 0.5 %. Latencies as bucket index + 1 of
// the exponential histogram (0: nothing happened), a one-byte logarithm.
#define SURGESCOPE_NODE_COLUMNS(X)                                                                           \
    X(requests)                                                                                              \
    X(cache_hits)                                                                                            \
    X(cache_misses)                                                                                          \
    X(kib_out)                                                                                               \
    X(connections)                                                                                           \
    X(rejected)                                                                                              \
    X(status_4xx)                                                                                            \
    X(status_5xx)                                                                                            \
    X(saturation)                                                                                            \
    X(cpu)                                                                                                   \
    X(nic)                                                                                                   \
    X(memory)                                                                                                \
    X(ttfb_p50)                                                                                              \
    X(ttfb_max)                                                                                              \
    X(inv_applied)                                                                                           \
    X(inv_pending)                                                                                           \
    X(inv_lag_max)                                                                                           \
    X(bot_requests)

enum class NodeColumn : std::uint8_t {
#define X(name) name,
    SURGESCOPE_NODE_COLUMNS(X)
#undef X
};

#define X(...) +1
inline constexpr std::size_t kNodeColumnCount = 0 SURGESCOPE_NODE_COLUMNS(X);
#undef X

struct NodeColumns {
    Header header;
    std::string pop;
    std::uint32_t nodeCount = 0;
    std::uint32_t rosterEpoch = 0;
    std::vector<std::uint8_t> heard; // a bit a node; empty: all were heard
    std::array<std::vector<std::uint32_t>, kNodeColumnCount>
        columns; // each empty (not measured) or nodeCount long

    std::vector<std::uint32_t>& operator[](NodeColumn c) { return columns[static_cast<std::size_t>(c)]; }
    const std::vector<std::uint32_t>& operator[](NodeColumn c) const {
        return columns[static_cast<std::size_t>(c)];
    }
    bool isHeard(std::size_t node) const {
        return heard.empty() || ((heard[node / 8] >> (node % 8)) & 1U) != 0;
    }
    bool operator==(const NodeColumns&) const = default;
};

enum class Role : std::uint8_t { edge, shield, origin, loadBalancer };

struct RosterNode {
    std::string name;
    Role role = Role::edge;
    std::string server; // "nginx 1.22.1"
    FieldSet measures;
    std::uint32_t nicMbit = 0; // configured; 0: unknown
    bool operator==(const RosterNode&) const = default;
};

/// Of a relay's roster: an agent below it.
struct RosterAgent {
    std::string name;
    std::uint32_t nodes = 0; // how many are its; 0: it said farewell
    WallTime claimed{};      // since when the relay hears it, by the relay's clock
    bool operator==(const RosterAgent&) const = default;
};

/// The nodes one publisher speaks for in one PoP; empty: it says farewell.
struct Roster {
    Header header;
    std::string pop;
    std::uint32_t epoch = 0;
    std::vector<RosterNode> nodes;
    std::vector<RosterAgent> agents; // of a relay: whose nodes they are, run after run; otherwise empty
    bool operator==(const Roster&) const = default;
};

enum class EventKind : std::uint8_t { note, release, purge, lever };
std::string_view nameOf(EventKind kind);

struct Event {
    Header header;
    EventKind kind = EventKind::note;
    std::string text;
    bool operator==(const Event&) const = default;
};

struct Global {
    Header header;
    std::string scenario;
    bool rehearsal = false;
    std::uint64_t releaseAtUs = 0; // T-0 in Unix time, 0: not known
    std::uint64_t listeners = 0;
    std::uint64_t purgeHead = 0;
    std::uint64_t listenersRecord = 0;          // 0: not known
    std::uint64_t recommenderSnrPermille = 0;   // of the new tracks; 1000: signal as strong as noise
    std::uint64_t recommenderTrendPermille = 0; // 1000: recommends by trend alone
    std::uint64_t churnPpmPerHour = 0;          // rough: see SIMULATOR.md
    bool operator==(const Global&) const = default;
};

/// Everything reported of an interval, merged by PoP. In recordings only.
struct FleetRollup {
    struct Pop {
        std::string pop;
        FeedSecond end{};
        std::uint64_t expectedNodes = 0;
        PopTotals totals;
        /// Bit i: of the second i before the end a node was measured. As a set and not their number, since
        /// PoPs that take turns make up a region that has all of them.
        std::uint64_t observed = 0;
        bool operator==(const Pop&) const = default;
    };
    FeedSecond end{};
    std::chrono::seconds width{1};
    std::vector<Pop> pops;   // those that reported in the interval
    std::vector<Pop> silent; // the last second of those that have reported nothing since
    PopTotals sinceStart;    // of the world, up to `end`
    bool operator==(const FleetRollup&) const = default;
};

/// One point of every chart line. In recordings only.
struct Points {
    FeedSecond end{};
    std::chrono::seconds width{1}; // 1, 10 or 60
    std::string places;            // PoP codes, "region/" and a region's code, "world"; a blank between two
    /// One value a place; NaN: nothing known. What is charted of regions and the world alone: one a place of
    /// the last ones named, or none.
    Charted<std::vector<float>> columns;
    /// Invalidation lag of the last places named, those that keep its distribution: LagBins::kCount numbers
    /// each, place after place.
    std::vector<std::uint32_t> lagBins;

    std::size_t count() const { return columns.all.front().size(); } // of places
    /// Of place number `place`, in kCharted's column; NaN: nothing known.
    float at(std::size_t column, std::size_t place) const {
        const auto& values = columns.all[column];
        const auto before = count() - values.size(); // places that have none
        return place < before ? std::numeric_limits<float>::quiet_NaN() : values[place - before];
    }
};

/// "pop/LHR", "node/LHR", "roster/LHR", "event", "global"; "rollup", "points/10".
std::string topicOf(const PopReport& message);
std::string topicOf(const NodeColumns& message);
std::string topicOf(const Roster& message);
std::string topicOf(const Event& message);
std::string topicOf(const Global& message);
std::string topicOf(const FleetRollup& message);
std::string topicOf(const Points& message);

} // namespace surgescope::feeds
