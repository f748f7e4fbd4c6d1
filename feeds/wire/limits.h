// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound on what comes over the wire. A message beyond one is refused, counted and shown.
namespace surgescope::feeds::limits {

inline constexpr std::uint32_t kSchemaVersion = 1;

inline constexpr std::size_t kMessageBytes =
    16U << 20; // one frame; the columns of the most nodes take about 6 MB
inline constexpr std::size_t kSmallMessageBytes = 64U << 10; // all but node columns and rosters
inline constexpr std::size_t kTopicBytes = 64;
inline constexpr std::size_t kPublisherBytes = 64;
inline constexpr std::size_t kTextBytes = 256; // node names, versions, event texts, scenario names
inline constexpr std::size_t kNodesPerMessage = 262'144;
inline constexpr std::size_t kPlacesPerMessage = 20'000;        // PoPs, regions and the world
inline constexpr std::uint64_t kCount = std::uint64_t{1} << 53; // of anything in one interval
/// What one node may have of anything in one interval: a terabyte of traffic, far beyond any. So one of them
/// that lies makes no sum, which a relay tells, go beyond the bound above.
inline constexpr std::uint64_t kCountOfNode = std::uint64_t{1} << 40;
/// In a recorder's sums: of many intervals, and of however many days since the start. Whatever was added up
/// is accepted, as PopTotals stops there by itself.
inline constexpr std::uint64_t kSum = UINT64_MAX;

inline constexpr std::chrono::seconds kInterval{1}; // version 1 carries one-second intervals only
/// How far a report may be ahead of what the fleet's clocks say: corrections are of whole seconds, and ways
/// differ.
inline constexpr std::chrono::seconds kAhead{2};
inline constexpr FeedSecond kEarliest = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
inline constexpr FeedSecond kLatest = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

inline constexpr std::size_t kPublishers = 100'000;            // remembered at once
inline constexpr std::size_t kStreams = 10 * kPublishers;      // publisher × topic, for gaps
inline constexpr std::size_t kUnplacedPops = 1'000;            // codes the catalogue does not know
inline constexpr std::uint64_t kNodes = 4'000'000;             // on all rosters together
inline constexpr std::uint64_t kNameBytes = 128U << 20;        // of these nodes
inline constexpr std::uint64_t kNodesPerPublisher = 2'000'000; // a simulator speaks for a million
inline constexpr std::uint64_t kNameBytesPerPublisher = 48U << 20;
inline constexpr std::size_t kEvents = 10'000; // remembered, oldest dropped first

// What may come in a second of one publisher, and wait to be handled. A simulator speaks for a million nodes
// in fast motion, an agent for one.
inline constexpr double kPublisherMessagesPerSecond = 100'000;
inline constexpr double kPublisherBytesPerSecond = 128e6;
/// Who could send faster keeps to this share of it: what hears him may have other things to do.
inline constexpr double kShareAtMost = 0.5;
inline constexpr std::size_t kWaitingBytes = 256U << 20;  // of all publishers; of one what is free beside it
inline constexpr std::size_t kPublishersAtOnce = 200'000; // told apart in one second

} // namespace surgescope::feeds::limits
