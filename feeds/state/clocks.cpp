// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/clocks.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

/// The smallest offset that falls by less has only become more exact.
constexpr Offset kNoticeable{100'000};
/// A correction remains while it is this exact: half a second, and what ways may differ.
constexpr Offset kAboutRight{750'000};

} // namespace

void ClockOffset::hear(WallTime sent, WallTime arrived) {
    const auto seen = arrived - sent;
    const auto known = offset();
    if (!known || seen < *known - kNoticeable) m_fellAt = arrived;
    m_sent = m_messages == 0 ? sent : std::max(m_sent, sent);
    m_newest = std::max(m_newest, arrived);
    ++m_messages;
    const auto number = arrived.time_since_epoch() / kBucket;
    auto& bucket = m_buckets[static_cast<std::size_t>(number) % kBuckets];
    if (bucket.number != number)
        bucket = {number, seen};
    else
        bucket.least = std::min(bucket.least, seen);
}

std::optional<Offset> ClockOffset::offset() const {
    if (m_messages == 0) return std::nullopt;
    const auto newest = m_newest.time_since_epoch() / kBucket;
    std::optional<Offset> least;
    for (const auto& bucket : m_buckets)
        if (bucket.number >= 0 && newest - bucket.number < static_cast<std::int64_t>(kBuckets))
            least = least ? std::min(*least, bucket.least) : bucket.least;
    return least;
}

std::optional<Consensus> consensusOf(std::vector<Offset>& offsets) {
    if (offsets.empty()) return std::nullopt;
    const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>((offsets.size() - 1) / 2);
    std::ranges::nth_element(offsets, middle);
    const auto agree = std::ranges::count_if(offsets, [m = *middle](Offset offset) {
        return std::chrono::abs(offset - m) <= Consensus::kTolerance;
    });
    Consensus consensus{*middle, 2 * static_cast<std::size_t>(agree) > offsets.size(), offsets.size()};
    if (!consensus.majority)
        consensus.offset =
            *std::ranges::min_element(offsets, {}, [](Offset offset) { return std::chrono::abs(offset); });
    return consensus;
}

std::chrono::seconds shiftFor(Offset offset, std::chrono::seconds before) {
    const auto tolerance = before == std::chrono::seconds(0) ? Consensus::kTolerance : kAboutRight;
    if (std::chrono::abs(offset - before) <= tolerance) return before;
    return std::chrono::round<std::chrono::seconds>(offset);
}

} // namespace surgescope::feeds
