// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound on what comes over the wire. A message beyond one is refused, counted and shown.
namespace surgescope::feeds::limits {

inline constexpr std::uint32_t kSchemaVersion = 1;

inline constexpr std::size_t kMessageBytes = 8U << 20; // one frame; the largest PoP's columns take about 1 MB
inline constexpr std::size_t kSmallMessageBytes = 64U << 10; // all but node columns and rosters
inline constexpr std::size_t kTopicBytes = 64;
inline constexpr std::size_t kPublisherBytes = 64;
inline constexpr std::size_t kTextBytes = 256; // node names, versions, event texts, scenario names
inline constexpr std::size_t kNodesPerMessage = 65'536;
inline constexpr std::size_t kPlacesPerMessage = 20'000;        // PoPs, regions and the world
inline constexpr std::uint64_t kCount = std::uint64_t{1} << 53; // of anything in one interval
inline constexpr std::uint64_t kSum = std::uint64_t{1} << 62;   // in a recorder's sums: bytes of many days

inline constexpr std::chrono::seconds kInterval{1}; // version 1 carries one-second intervals only
inline constexpr FeedSecond kEarliest = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
inline constexpr FeedSecond kLatest = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

inline constexpr std::size_t kPublishers = 1'000'000;    // remembered at once
inline constexpr std::size_t kStreams = 3 * kPublishers; // publisher × topic, for gaps
inline constexpr std::size_t kUnplacedPops = 1'000;      // codes the catalogue does not know
inline constexpr std::size_t kNodes = 4'000'000;         // on all rosters together
inline constexpr std::size_t kEvents = 10'000;           // remembered, oldest dropped first

} // namespace surgescope::feeds::limits
