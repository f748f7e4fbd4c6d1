// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/model/measure.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// No window, hold or time to clear is longer.
inline constexpr std::chrono::seconds kLongestWindow{300};
/// No comparison looks back further.
inline constexpr std::chrono::seconds kLongestBefore{3'600};
/// The time before an alarm that `below_baseline` takes where there is no earlier launch.
inline constexpr std::chrono::seconds kBefore{600};

/// What a rule judges one by one.
enum class Each : std::uint8_t { world, region, pop, publisher, feed, recorder };

/// What its numbers are of: decides which unit a limit is written in.
enum class Quantity : std::uint8_t {
    number,       // "3", "1000"
    ratio,        // "90%"; 1 is 100 %
    points,       // between two ratios: "5pp"
    seconds,      // "10s"
    microseconds, // "250ms"
};

/// What a share is of: PoPs for which this holds.
struct Condition {
    std::optional<Measure> measure; // nothing: the age, in seconds
    bool isAbove = true;            // or below
    bool isInclusive = false;
    double limit = 0;

    bool holds(double value) const {
        return isAbove ? value > limit || (isInclusive && value >= limit)
                       : value < limit || (isInclusive && value <= limit);
    }
    bool operator==(const Condition&) const = default;
};

/// The number a rule judges.
struct RuleValue {
    enum class Kind : std::uint8_t {
        measure,         // NAME
        age,             // seconds since it was heard: of a PoP or the feed
        clockOffset,     // clock_offset: seconds, of a publisher
        droppedMessages, // dropped_messages: of the recorder, within the window
        share,           // share(NAME|nodes, CONDITION): the part of it that PoPs have for which it holds
        drainTime,       // drain_time(NAME): seconds: the level by its fall in the last minute; infinite
        toBefore,        // to_before(NAME, 10m): how many times its median of the time before
        belowBaseline,   // below_baseline(NAME): how much less than the earlier launch, else than before
    };
    Kind kind = Kind::measure;
    Measure measure{};
    bool isOfNodes = false;        // of `share`: of nodes expected, not of a measure
    Condition condition;           // of `share`
    std::chrono::seconds before{}; // of `toBefore` and `belowBaseline`

    Quantity quantity() const;
    /// `measure` says of what.
    bool isOfMeasure() const { return isSummed() && !isOfNodes; }
    /// Of the totals of a window; otherwise it is of the moment.
    bool isSummed() const {
        return kind != Kind::age && kind != Kind::clockOffset && kind != Kind::droppedMessages;
    }
    bool operator==(const RuleValue&) const = default;
};

/// Beyond it something is wrong, at `clear` or further back nothing is; in between it stays what it was.
struct Limit {
    bool isAbove = true; // wrong above it, or below
    double limit = 0;
    double clear = 0;
    std::chrono::seconds hold{}; // so long it must be beyond before anybody is told
    bool operator==(const Limit&) const = default;
};

struct Rule {
    std::string id; // "pops/silent": page and name
    Each each = Each::world;
    bool isGroupedByRegion = false; // a card for each region; otherwise one for the world
    RuleValue value;
    std::array<std::optional<Limit>, 2> limits; // by Severity; at least one
    std::chrono::seconds window{10};            // what the value is summed over; ages have none
    std::chrono::seconds within{};              // in which the seconds of `hold` may lie; 0: as long as that
    std::chrono::seconds clearFor{60};          // so long it must be clear
    bool latches = true;                        // stays to be seen after it is gone, until acknowledged
    bool firesWithoutData = false;              // otherwise it stays what it was
    std::chrono::seconds noDataAfter{30};
    double minCoverage = 0.8; // of fewer nodes nothing can be told
    double minSamples = 0;    // of what the value is a ratio, mean or quantile of
    double minPerNode = 0;    // of `drainTime` and `toBefore`: so little of it, for each node, is never wrong
    double criticalShare = 0; // of the world's requests; what has less is never critical
    std::chrono::seconds groupWait{3};        // for company before a card is shown
    std::chrono::seconds remind{900};         // acknowledged critical ones
    std::optional<std::chrono::seconds> from; // after T-0, or before; nothing: always
    bool blinds = false;                      // while it is critical, nothing else can be trusted
    std::vector<std::string> inhibits;        // ids of rules that it explains
    std::string text;                         // with {n}, {names}, {group}, …
    std::string todo;
    std::string runbook; // an address; empty: none

    const std::optional<Limit>& limit(Severity severity) const {
        return limits[static_cast<std::size_t>(severity)];
    }
    /// Several subjects come together in a card, or several regions in one of the world.
    bool gathers() const { return each == Each::region || each == Each::pop || each == Each::publisher; }
    bool operator==(const Rule&) const = default;
};

} // namespace surgescope::feeds
