// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/gap_tracker.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

/// Nobody loses so many messages of a topic between two that arrive: the number is wrong.
constexpr std::uint64_t kMostMissing = 1U << 20U;
constexpr std::uint64_t kWindow = 64; // how far back a message out of order is told from a duplicate

/// Nobody reports so old an interval again: the clock was set.
constexpr std::chrono::seconds kSetBack{10};

std::string describe(const Header& header, std::string_view topic) {
    return std::string(topic) + " of " + header.publisher + ", sequence " + std::to_string(header.sequence);
}

} // namespace

std::variant<GapTracker::Accepted, Refused> GapTracker::accept(const Header& header, std::string_view topic,
                                                               SteadyTime now, bool fromStart) {
    m_key.assign(topic);
    m_key += '\0';
    m_key += header.publisher;
    auto found = m_streams.find(m_key);
    if (found == m_streams.end() || found->second.session != header.session) {
        if (found == m_streams.end() && m_streams.size() >= m_maxStreams)
            return Refused{Refusal::full, describe(header, topic) + ": " + std::to_string(m_maxStreams) +
                                              " publishers and topics are followed already"};
        auto& begun = m_streams[m_key];
        begun = {header.session,      header.sequence, 1, header.sent, header.intervalEnd, now,
                 begun.newestCounted, begun.counted};
        m_accepted = &begun;
        if (fromStart && header.sequence <= kMostMissing) m_counts.lost += header.sequence - 1;
        return Accepted{};
    }

    auto& stream = found->second;
    m_accepted = &stream;
    stream.heard = now;
    if (header.sequence > stream.newest) {
        const Accepted accepted{.sentBefore = stream.sent};
        const std::uint64_t step = header.sequence - stream.newest;
        if (step > kMostMissing)
            return Refused{Refusal::value, describe(header, topic) + ": the one before was " +
                                               std::to_string(stream.newest) + ", expected at most " +
                                               std::to_string(kMostMissing) + " more"};
        const bool timed = header.intervalEnd != FeedSecond{} && !header.correction;
        const bool repeated = timed && header.intervalEnd <= stream.lastInterval &&
                              header.intervalEnd > stream.lastInterval - kSetBack;
        if (!repeated || step == 1) { // what is refused makes nothing be missing
            m_counts.lost += step - 1;
            stream.seen = step >= kWindow ? 1 : (stream.seen << step) | 1U;
            stream.newest = header.sequence;
            stream.sent = header.sent;
        }
        if (repeated)
            return Refused{Refusal::repeatedInterval, describe(header, topic) + ": reports the interval to " +
                                                          utcText(header.intervalEnd) +
                                                          ", expected one after that to " +
                                                          utcText(stream.lastInterval)};
        if (!header.correction) stream.lastInterval = header.intervalEnd;
        return accepted;
    }

    const std::uint64_t back = stream.newest - header.sequence;
    if (back >= kWindow || ((stream.seen >> back) & 1U)) {
        ++m_counts.duplicates;
        return Refused{Refusal::duplicate, describe(header, topic) + " was received before"};
    }
    stream.seen |= std::uint64_t{1} << back;
    ++m_counts.reordered;
    if (m_counts.lost > 0) --m_counts.lost;
    return Accepted{.inOrder = false};
}

bool GapTracker::countsIn(FeedSecond second) {
    auto& stream = *m_accepted;
    const auto ahead = (second - stream.newestCounted).count();
    if (ahead > 0 || ahead <= -std::int64_t{kWindow}) {
        stream.counted = ahead > 0 && ahead < std::int64_t{kWindow} ? (stream.counted << ahead) | 1U : 1;
        stream.newestCounted = second;
        return true;
    }
    const auto bit = std::uint64_t{1} << -ahead;
    return (std::exchange(stream.counted, stream.counted | bit) & bit) == 0;
}

void GapTracker::forgetSeconds(std::string_view topic) {
    for (auto& [key, stream] : m_streams)
        if (key.size() > topic.size() && key.starts_with(topic) && key[topic.size()] == '\0')
            stream.counted = 0;
}

void GapTracker::forgetTopic(std::string_view topicPrefix) {
    std::erase_if(m_streams, [&](const auto& entry) { return entry.first.starts_with(topicPrefix); });
}

void GapTracker::forgetSilent(SteadyTime now, std::chrono::seconds silent) {
    std::erase_if(m_streams, [&](const auto& entry) { return now - entry.second.heard > silent; });
}

} // namespace surgescope::feeds
