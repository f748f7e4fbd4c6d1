// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

/// What can be told of a message's bytes without decoding it: views into them. Nothing is checked; a field
/// that is not there is empty or 0.
struct Peeked {
    std::string_view publisher;
    std::uint64_t sessionUs = 0;
    std::uint64_t sequence = 0;
    std::uint64_t intervalEndUs = 0;
    std::uint64_t sentUs = 0;
    std::string_view pop;
};

/// Nothing: the bytes do not begin like a message of telemetry.proto. Takes some tens of nanoseconds.
std::optional<Peeked> peek(std::string_view payload);

} // namespace surgescope::feeds
