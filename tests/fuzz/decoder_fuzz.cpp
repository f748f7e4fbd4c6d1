// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a message: the first line is the topic, the rest the payload.
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/peek.h"

#include "tests/fuzz/promise.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>

using namespace surgescope::feeds;
using surgescope::tests::promise;

namespace {

bool same(const Points& a, const Points& b) { // NaN is nothing known, and equal to itself here
    return a.end == b.end && a.width == b.width && a.places == b.places &&
           std::ranges::equal(a.columns.all, b.columns.all, [](const auto& left, const auto& right) {
               return std::ranges::equal(left, right,
                                         [](float x, float y) { return x == y || (x != x && y != y); });
           });
}
template <class Message> bool same(const Message& a, const Message& b) {
    return a == b;
}

/// Within the limits, and the same after another time over the wire.
template <class Message> void checkAccepted(const Message& message, std::string_view topic) {
    if constexpr (requires { message.header; }) {
        const auto& header = message.header;
        promise(!header.publisher.empty() && header.publisher.size() <= limits::kPublisherBytes,
                "a publisher has a name, within its limit");
        promise(header.intervalEnd >= limits::kEarliest && header.intervalEnd <= limits::kLatest,
                "times are sensible");
    }
    promise(topicOf(message) == topic, "a message is what its topic says");
    Encoder encoder;
    const std::string bytes(encoder.encode(message));
    Decoder other;
    const auto again = other.decode(topic, bytes);
    const auto* const* decoded = std::get_if<const Message*>(&again);
    promise(decoded != nullptr, "what was accepted is accepted again");
    promise(same(**decoded, message), "a message survives the wire unchanged");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const auto topic = bytes.substr(0, end);
    const auto payload = bytes.substr(std::min(end + 1, bytes.size()));
    static_cast<void>(peek(payload));
    static Decoder decoder; // used again, as a feed does
    const auto decoded = decoder.decode(topic, payload);
    std::visit(
        [&](const auto& result) {
            using Result = std::decay_t<decltype(result)>;
            if constexpr (std::is_same_v<Result, Refused>)
                promise(!result.text.empty() && result.text.find('\n') == std::string::npos,
                        "a refusal is one line");
            else
                checkAccepted(*result, topic);
        },
        decoded);
    return 0;
}
