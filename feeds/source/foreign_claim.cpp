// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/foreign_claim.h"

#include "feeds/wire/sanity.h"

#include <string>
#include <variant>

namespace surgescope::feeds {

std::optional<Refused> foreignClaim(const RawMessage& message, const Decoded& decoded) {
    if (!message.permit) return std::nullopt;
    const auto& permit = *message.permit;
    const auto why = std::visit(
        [&](const auto& one) -> std::optional<std::string> {
            if constexpr (requires { one->header; }) {
                // What was asked before it was decoded was its first name: a field may come twice, and the
                // last one counts.
                if (auto others = permit.whyNotSay(topicOf(*one), one->header.publisher)) return others;
                if constexpr (requires { permit.whyNotSay(*one); }) return permit.whyNotSay(*one);
            }
            return std::nullopt; // no message, or one that no publisher may send: refused by whoever takes it
        },
        decoded);
    if (!why) return std::nullopt;
    return Refused{Refusal::notAllowed,
                   permit.name + " under the topic " + quote(message.topic) + ": " + *why};
}

Refused unreadable(const RawMessage& message, Refused refused) {
    if (message.permit) refused.text = message.permit->name + ": " + refused.text;
    return refused;
}

} // namespace surgescope::feeds
