// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/intake.h"

#include "feeds/wire/peek.h"
#include "feeds/wire/sanity.h"

#include <cstdint>
#include <variant>

namespace surgescope::feeds {
namespace {

std::string megabytes(double bytes) {
    return std::to_string(static_cast<std::uint64_t>(bytes / 1e6)) + " MB";
}

} // namespace

bool Admission::mayBeSaid(std::string_view topic, std::string_view publisher, const Permit* permit) {
    if (!permit) return true;
    auto why = permit->whyNot(Purpose::publish, m_clock.wall());
    if (!why) why = permit->whyNotSay(topic, publisher);
    if (!why) return true;
    m_refused.add(Refusal::notAllowed, permit->key,
                  [&] { return permit->name + " under the topic " + quote(topic) + ": " + *why; });
    return false;
}

PublisherShares::Share* Admission::admit(std::string_view topic, std::string_view payload, std::size_t bytes,
                                         const Permit* permit, SteadyTime now) {
    const auto peeked = peek(payload);
    const auto publisher = peeked ? peeked->publisher : std::string_view();
    if (!mayBeSaid(topic, publisher, permit)) return nullptr;
    const auto admitted = m_shares.admit(publisher, bytes, now);
    if (auto* const* share = std::get_if<PublisherShares::Share*>(&admitted)) return *share;
    const auto refusal = std::get<Refusal>(admitted);
    m_refused.add(refusal, publisher, [&] {
        const auto& bounds = m_shares.bounds();
        const auto who = (publisher.empty() ? "a publisher without a name" : quote(publisher)) +
                         " under the topic " + quote(topic);
        if (refusal == Refusal::flood)
            return who + ", expected at most " +
                   std::to_string(static_cast<std::uint64_t>(bounds.messagesPerSecond)) + " messages and " +
                   megabytes(bounds.bytesPerSecond) + " a second";
        return who + ", expected no more to wait than is free of " +
               megabytes(static_cast<double>(bounds.waitingBytes));
    });
    return nullptr;
}

} // namespace surgescope::feeds
