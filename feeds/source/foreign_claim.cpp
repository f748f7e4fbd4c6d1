// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/foreign_claim.h"

#include "feeds/wire/sanity.h"

#include <string>
#include <variant>

namespace surgescope::feeds {

std::optional<Refused> foreignClaim(const RawMessage& message, const Decoded& decoded) {
    if (!message.permit) return std::nullopt;
    const auto why = std::visit(
        [&](const auto& one) -> std::optional<std::string> {
            if constexpr (requires { message.permit->whyNotSay(*one); })
                return message.permit->whyNotSay(*one);
            else
                return std::nullopt;
        },
        decoded);
    if (!why) return std::nullopt;
    return Refused{Refusal::notAllowed,
                   message.permit->name + " under the topic " + quote(message.topic) + ": " + *why};
}

} // namespace surgescope::feeds
