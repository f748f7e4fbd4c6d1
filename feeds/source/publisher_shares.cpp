// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/publisher_shares.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kForgetFirstAt = 1'024; // publishers
constexpr std::chrono::seconds kForgetEvery{1};

} // namespace

PublisherShares::PublisherShares(const Bounds& bounds)
    : m_bounds(bounds), m_others{{bounds.messagesPerSecond, {}}, {bounds.bytesPerSecond, {}}},
      m_forgetAt(std::min(kForgetFirstAt, bounds.publishers)) {}

std::variant<PublisherShares::Share*, Refusal> PublisherShares::admit(std::string_view publisher,
                                                                      std::size_t bytes, SteadyTime now) {
    auto& share = shareOf(publisher, now);
    const auto amount = static_cast<double>(bytes);
    if (!share.messages.has(1, now) || !share.bytes.has(amount, now)) return Refusal::flood;
    if (share.waiting + bytes > m_bounds.waitingBytes - m_waiting) return Refusal::queueFull;
    share.messages.take(1);
    share.bytes.take(amount);
    share.waiting += bytes;
    m_waiting += bytes;
    return &share;
}

void PublisherShares::release(Share& share, std::size_t bytes) {
    share.waiting -= bytes;
    m_waiting -= bytes;
}

PublisherShares::Share& PublisherShares::shareOf(std::string_view publisher, SteadyTime now) {
    publisher = publisher.substr(0, limits::kPublisherBytes); // longer ones will be refused
    if (const auto known = m_shares.find(publisher); known != m_shares.end()) return known->second;
    if (m_shares.size() >= m_forgetAt) forgetIdle(now);
    if (m_shares.size() >= m_bounds.publishers) return m_others;
    return m_shares
        .try_emplace(std::string(publisher),
                     Share{{m_bounds.messagesPerSecond, now}, {m_bounds.bytesPerSecond, now}})
        .first->second;
}

void PublisherShares::forgetIdle(SteadyTime now) {
    if (now < m_forgotten + kForgetEvery) return; // or a flood of names would have this done for each
    m_forgotten = now;
    std::erase_if(m_shares, [now](const auto& entry) {
        const auto& share = entry.second;
        return share.waiting == 0 && share.messages.isFull(now) && share.bytes.isFull(now);
    });
    m_forgetAt = std::min(std::max(kForgetFirstAt, 2 * m_shares.size()), m_bounds.publishers);
}

} // namespace surgescope::feeds
