// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace surgescope::feeds {

/// Follows the sequence of each publisher and topic: PUB drops silently, so what is missing is counted here.
/// Sequences count per topic, not per publisher, so that a subscriber of a few topics sees no false gaps.
///
/// A publisher that starts again has a new session. A simulator whose bytes must be the same on every run has
/// not: it is known by several duplicates in a row and in sequence, which no duplicated path ever shows
/// without new messages between them.
class GapTracker {
  public:
    struct Counts {
        std::uint64_t lost = 0; // missing and not come late either
        std::uint64_t duplicates = 0;
        std::uint64_t reordered = 0; // came after a later one
        std::uint64_t restarts = 0;  // sessions that followed another of the same publisher
    };

    struct Accepted {
        bool newSession = false; // the first message of a session, other than the publisher's very first
    };

    explicit GapTracker(std::size_t maxStreams) : m_maxStreams(maxStreams) {}

    /// Judges one message. Refused: a duplicate, one of an ended session, one whose interval was already
    /// reported by a message in order, or more streams than can be kept.
    std::variant<Accepted, Refused> accept(const Header& header, std::string_view topic);

    /// A subscription to the topic (or topic prefix) ends: what is missed from now on was not asked for.
    void forgetTopic(std::string_view topicPrefix);

    const Counts& counts() const { return m_counts; }
    std::size_t streams() const { return m_streams.size(); }

  private:
    struct Stream {
        std::uint64_t session = 0;
        std::uint64_t newest = 0; // highest sequence seen
        std::uint64_t seen = 0;   // bit i: newest - i was seen
        FeedSecond lastInterval{};
        std::uint64_t lastDuplicate = 0;
        std::uint32_t duplicateRun =
            0; // duplicates one after the other, in sequence, with nothing new between them
    };

    std::variant<Accepted, Refused> judgeDuplicate(Stream& stream, const Header& header,
                                                   std::string_view topic);

    std::size_t m_maxStreams;
    std::unordered_map<std::string, Stream> m_streams; // by topic, a zero byte, publisher
    std::string m_key;
    Counts m_counts;
};

} // namespace surgescope::feeds
