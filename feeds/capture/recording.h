// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap.h"
#include "feeds/desk/said.h"
#include "feeds/model/feed_time.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What a recording of surgescope is made of: the constants that its writer and its readers share. CAPTURE.md
/// tells the whole.
namespace surgescope::feeds::recording {

inline constexpr std::string_view kProfile = "surgescope";
inline constexpr std::string_view kFormat = "1";

/// Names of metadata records, and of the attachment.
inline constexpr std::string_view kMadeBy = "surgescope";
inline constexpr std::string_view kLaunch = "launch";
inline constexpr std::string_view kDropped = "dropped";
inline constexpr std::string_view kSummary = "summary.json";

/// Each lane fills chunks of its own.
enum class Lane : std::uint8_t {
    reports,
    nodes,
    rosters,
    events,
    rollups,
    points1,
    points10,
    points60,
    known,
    said,
    shown
};

/// Who makes the messages of a class.
enum class Origin : std::uint8_t {
    received, // they came over the wire
    made,     // the recorder, out of these: it can be done again
    said      // the desk: see feeds/desk/said.h
};

struct TopicClass {
    std::string_view name;    // of the channel
    std::string_view message; // of telemetry.proto
    Lane lane;
    bool byPop; // topics are the name, a slash and the message's own PoP code
    Origin origin;
};

inline constexpr std::array<TopicClass, 13> kClasses{{
    {"pop", "PopReport", Lane::reports, true, Origin::received},
    {"node", "NodeColumns", Lane::nodes, true, Origin::received},
    {"roster", "Roster", Lane::rosters, true, Origin::received},
    {"event", "Event", Lane::events, false, Origin::received},
    {"global", "Global", Lane::reports, false, Origin::received},
    {"rollup", "Rollup", Lane::rollups, false, Origin::made},
    {"points/1", "Points", Lane::points1, false, Origin::made},
    {"points/10", "Points", Lane::points10, false, Origin::made},
    {"points/60", "Points", Lane::points60, false, Origin::made},
    {"known/roster", "Roster", Lane::known, true, Origin::made},
    {said::kChange, "AlarmChange", Lane::said, false, Origin::said},
    {said::kShown, "AlarmsShown", Lane::shown, false, Origin::said},
    {said::kNote, "Note", Lane::said, false, Origin::said},
}};

struct LaneManner {
    int level;                       // of zstd
    std::chrono::milliseconds every; // an unfinished chunk is written when it spans so much log time
};

/// By Lane. Node columns come by tens of megabytes a second and take the cheapest level; the rest is little
/// and repays a better one, though in chunks of a second none beyond 3. What was received is written within
/// the second; what can be made again is not urgent.
inline constexpr std::array<LaneManner, 11> kLanes{{
    {3, std::chrono::milliseconds(900)},
    {1, std::chrono::milliseconds(900)},
    {3, std::chrono::milliseconds(900)},
    {3, std::chrono::milliseconds(900)},
    {3, std::chrono::seconds(5)},
    {3, std::chrono::seconds(59)},
    {3, std::chrono::seconds(59)},
    {3, std::chrono::seconds(59)},
    {3, std::chrono::milliseconds(900)},
    {3, std::chrono::milliseconds(900)},
    {3, std::chrono::seconds(59)},
}};

/// All rosters known are written again so often, in log time: a seek finds every one within such a stretch.
inline constexpr std::chrono::seconds kRostersEvery{60};

inline constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t nanoseconds(FeedSecond second) {
    return static_cast<std::uint64_t>(second.time_since_epoch().count()) * kSecondNs;
}

/// The class whose channel has this name; null: an odd channel, of messages that fit no class.
const TopicClass* classOf(std::string_view channelName);
/// Of the class; an odd channel's messages were received.
Origin originOf(std::string_view channelName);

/// The topic that a message of this channel was received under. `known/roster` gives `roster/LHR`. The view
/// is into the channel or into `buffer`.
std::string_view topicOf(const mcap::Channel& channel, std::string_view payload, std::string& buffer);

/// The FileDescriptorSet of telemetry.proto.
std::string schemaBytes();

/// The CRC-32 of the PoP catalogue built in, as eight hexadecimal digits.
std::string catalogueHash();

} // namespace surgescope::feeds::recording
