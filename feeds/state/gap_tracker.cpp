// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/gap_tracker.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

constexpr std::uint32_t kRestartRun = 3; // this many duplicates in sequence are a new beginning
constexpr std::uint64_t kWindow = 64;    // how far back a message out of order is told from a duplicate

std::string describe(const Header& header, std::string_view topic) {
    return std::string(topic) + " of " + header.publisher + ", sequence " + std::to_string(header.sequence);
}

} // namespace

std::variant<GapTracker::Accepted, Refused> GapTracker::accept(const Header& header, std::string_view topic) {
    m_key.assign(topic);
    m_key += '\0';
    m_key += header.publisher;
    auto found = m_streams.find(m_key);
    if (found == m_streams.end()) {
        if (m_streams.size() >= m_maxStreams)
            return Refused{Refusal::full, describe(header, topic) + ": " + std::to_string(m_maxStreams) +
                                              " publishers and topics are followed already"};
        m_streams.emplace(m_key, Stream{header.session, header.sequence, 1, header.intervalEnd});
        return Accepted{};
    }

    auto& stream = found->second;
    if (header.session < stream.session)
        return Refused{Refusal::olderSession,
                       describe(header, topic) + ": its session began before the present one"};
    if (header.session > stream.session) {
        stream = {header.session, header.sequence, 1, header.intervalEnd};
        ++m_counts.restarts;
        return Accepted{true};
    }

    if (header.sequence > stream.newest) {
        const std::uint64_t step = header.sequence - stream.newest;
        m_counts.lost += step - 1;
        stream.seen = step >= kWindow ? 1 : (stream.seen << step) | 1U;
        stream.newest = header.sequence;
        stream.duplicateRun = 0;
        if (header.intervalEnd <= stream.lastInterval && header.intervalEnd != FeedSecond{})
            return Refused{Refusal::repeatedInterval, describe(header, topic) + ": reports the interval to " +
                                                          utcText(header.intervalEnd) +
                                                          " again, the one before reported to " +
                                                          utcText(stream.lastInterval)};
        stream.lastInterval = header.intervalEnd;
        return Accepted{};
    }

    const std::uint64_t back = stream.newest - header.sequence;
    if (back >= kWindow || ((stream.seen >> back) & 1U)) {
        return judgeDuplicate(stream, header, topic);
    }
    stream.seen |= std::uint64_t{1} << back;
    ++m_counts.reordered;
    if (m_counts.lost > 0) --m_counts.lost;
    return Accepted{};
}

std::variant<GapTracker::Accepted, Refused> GapTracker::judgeDuplicate(Stream& stream, const Header& header,
                                                                       std::string_view topic) {
    const bool follows = stream.duplicateRun > 0 && header.sequence == stream.lastDuplicate + 1;
    stream.duplicateRun = follows ? stream.duplicateRun + 1 : 1;
    stream.lastDuplicate = header.sequence;
    if (stream.duplicateRun >= kRestartRun) {
        stream = {header.session, header.sequence, 1, header.intervalEnd};
        ++m_counts.restarts;
        return Accepted{true};
    }
    ++m_counts.duplicates;
    return Refused{Refusal::duplicate, describe(header, topic) + " was received before"};
}

void GapTracker::forgetTopic(std::string_view topicPrefix) {
    std::erase_if(m_streams, [&](const auto& entry) { return entry.first.starts_with(topicPrefix); });
}

} // namespace surgescope::feeds
