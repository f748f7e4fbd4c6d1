// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace surgescope::feeds {

/// Follows the sequence of each publisher and topic: PUB drops silently, so what is missing is counted here.
/// Sequences count per topic, not per publisher, so that a subscriber of a few topics sees no false gaps.
/// Which session speaks is decided before (Sessions).
class GapTracker {
  public:
    struct Counts {
        std::uint64_t lost = 0; // missing and not come late either
        std::uint64_t duplicates = 0;
        std::uint64_t reordered = 0; // came after a later one
    };

    struct Accepted {
        bool inOrder = true; // no later one has come before
        /// When the newest before it was sent, by its publisher's clock; nothing: it is the first.
        std::optional<WallTime> sentBefore;
    };

    explicit GapTracker(std::size_t maxStreams) : m_maxStreams(maxStreams) {}

    /// Judges one message. Refused: a duplicate, one whose interval was already reported by a message in
    /// order, or more streams than can be kept. `fromStart`: everything of this session and topic was for us,
    /// so that what is missing before its first message is lost, too.
    std::variant<Accepted, Refused> accept(const Header& header, std::string_view topic, SteadyTime now,
                                           bool fromStart);
    /// Of the report accepted last: whether it is the first of its publisher and PoP to count in that second.
    /// Of sessions, numbers and clocks a publisher may say what it likes.
    bool countsIn(FeedSecond second);
    /// The time of a topic's place went back: its seconds come again.
    void forgetSeconds(std::string_view topic);
    /// Forgets topics that nobody has sent for so long.
    void forgetSilent(SteadyTime now, std::chrono::seconds silent);

    void clear() { *this = GapTracker(m_maxStreams); }
    /// A subscription to the topic (or topic prefix) ends: what is missed from now on was not asked for.
    void forgetTopic(std::string_view topicPrefix);

    const Counts& counts() const { return m_counts; }
    std::size_t streams() const { return m_streams.size(); }

  private:
    struct Stream {
        std::uint64_t session = 0;
        std::uint64_t newest = 0; // highest sequence seen
        std::uint64_t seen = 0;   // bit i: newest - i was seen
        WallTime sent{};          // the newest
        FeedSecond lastInterval{};
        SteadyTime heard;
        FeedSecond newestCounted{};
        std::uint64_t counted = 0; // bit i: newestCounted - i was
    };

    std::size_t m_maxStreams;
    std::unordered_map<std::string, Stream> m_streams; // by topic, a zero byte, publisher
    std::string m_key;
    Stream* m_accepted = nullptr; // the stream of the message accepted last
    Counts m_counts;
};

} // namespace surgescope::feeds
