// SPDX-License-Identifier: GPL-3.0-or-later
// Any subjects, headers and payloads as messages that came through NATS, three pieces each: of what parts
// become, where in a stream they stand, and what topics they are. Each piece begins with its length, one
// byte.
#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/nats_parts.h"
#include "feeds/transport/nats_subject.h"

#include "tests/fuzz/promise.h"

#include <algorithm>
#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const auto piece = [&rest] {
        if (rest.empty()) return std::string_view();
        const auto length = std::min<std::size_t>(static_cast<unsigned char>(rest[0]), rest.size() - 1);
        const auto found = rest.substr(1, length);
        rest.remove_prefix(1 + length);
        return found;
    };
    NatsParts parts;
    std::size_t given = 0, messages = 0, whole = 0, lost = 0;
    while (!rest.empty()) {
        const auto subject = piece();
        const auto header = piece();
        const auto payload = piece();
        given += payload.size();
        ++messages;
        if (const auto message = parts.add(subject, header, payload)) {
            ++whole;
            promise(message->size() <= given, "a message is made of what came");
            promise(message->ends_with(payload), "the last part ends it");
        }
        lost += parts.takeLost();
        promise(parts.bytes() <= given, "nothing waits that never came");
        promise(whole + lost <= messages, "each message is whole or lost once");

        if (const auto place = streamPlaceIn(subject))
            promise(subject.starts_with("$JS.ACK.") && std::ranges::count(subject, '.') >= 8,
                    "only a stream's own words tell a place");
        if (const auto topic = topicOf(subject)) {
            promise(subjectOf(*topic) == subject, "a topic has one subject");
            promise(topic->find_first_of("*> ") == std::string::npos, "a topic means itself alone");
        }
        if (const auto wanted = subjectsOf(subject))
            promise(wanted->starts_with("surgescope."), "only our subjects are subscribed to");
    }
    return 0;
}
