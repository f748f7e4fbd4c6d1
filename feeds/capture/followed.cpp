// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/followed.h"

#include "feeds/state/rollup.h"

#include <variant>

namespace surgescope::feeds {

std::optional<FeedSecond> Followed::take(const Header& header, std::string_view topic,
                                         std::uint64_t logTime) {
    using std::chrono::seconds;
    const SteadyTime now{std::chrono::nanoseconds(logTime)};
    const WallTime stamp{std::chrono::microseconds(logTime / 1'000)};
    const bool reports = topic.starts_with("pop/");
    auto judged = m_publishers.judge(header, topic, now, stamp);
    const auto* accepted = std::get_if<Publishers::Publisher*>(&judged);
    if (!accepted) return std::nullopt;
    auto& publisher = **accepted;
    const auto order = m_sequences.accept(header, topic, now, reports && publisher.fromStart);
    const auto* taken = std::get_if<GapTracker::Accepted>(&order);
    if (!taken) return std::nullopt;
    if (taken->inOrder) m_publishers.hear(publisher, header, reports, now, stamp);
    const auto second = header.intervalEnd + publisher.shift;
    const auto fleet = std::chrono::floor<seconds>(m_publishers.feedNow(publisher, header, stamp));
    if (second > fleet + limits::kAhead || second < fleet - seconds(Rollup::kOpenSeconds + 1))
        return std::nullopt;
    return second;
}

} // namespace surgescope::feeds
