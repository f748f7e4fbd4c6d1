// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace surgescope::feeds {

// Why something that arrived was not used, in the words the screen shows.
#define SURGESCOPE_REFUSALS(X)                                                                               \
    X(multipart, "not two message parts")                                                                    \
    X(topic, "unknown topic")                                                                                \
    X(oversized, "message too large")                                                                        \
    X(unparseable, "not parseable")                                                                          \
    X(schemaVersion, "unknown schema version")                                                               \
    X(header, "bad header")                                                                                  \
    X(time, "absurd time")                                                                                   \
    X(popCode, "bad PoP code")                                                                               \
    X(unequalColumns, "columns of unequal length")                                                           \
    X(value, "value out of range")                                                                           \
    X(duplicate, "duplicate message")                                                                        \
    X(olderSession, "message of an ended session")                                                           \
    X(repeatedInterval, "interval reported twice")                                                           \
    X(tooLate, "too late")                                                                                   \
    X(tooEarly, "ahead of the fleet's time")                                                                 \
    X(twin, "two publishers of one name")                                                                    \
    X(notOfNow, "simulated or recorded, in a feed of now")                                                   \
    X(rosterMismatch, "columns without their roster")                                                        \
    X(full, "more publishers, PoPs or nodes than can be kept")                                               \
    X(notAllowed, "said by somebody whose key does not allow it")                                            \
    X(flood, "more of one publisher than it may send")                                                       \
    X(queueFull, "queue full")

enum class Refusal : std::uint8_t {
#define X(name, words) name,
    SURGESCOPE_REFUSALS(X)
#undef X
};

#define X(...) +1
inline constexpr std::size_t kRefusalCount = 0 SURGESCOPE_REFUSALS(X);
#undef X

constexpr std::string_view wordsFor(Refusal refusal) {
    constexpr std::array<std::string_view, kRefusalCount> kWords{{
#define X(name, words) words,
        SURGESCOPE_REFUSALS(X)
#undef X
    }};
    return kWords[static_cast<std::size_t>(refusal)];
}

/// A refusal: the reason, and one line that says what, where and what was expected.
struct Refused {
    Refusal reason;
    std::string text;
    std::uint64_t count = 1; // messages
};

} // namespace surgescope::feeds
