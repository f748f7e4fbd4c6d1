// SPDX-License-Identifier: GPL-3.0-or-later
// Any frames as a question of ZAP's: each begins with its length, one byte. And any topic and name of who was
// let in.
#include "feeds/transport/gate.h"

#include "tests/fuzz/promise.h"

#include <algorithm>
#include <string_view>
#include <vector>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    static const Trust trust({.folder = "/nonexistent"});
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> frames;
    while (!rest.empty()) {
        const auto length = std::min<std::size_t>(static_cast<unsigned char>(rest[0]), rest.size() - 1);
        frames.push_back(rest.substr(1, length));
        rest.remove_prefix(1 + length);
    }
    if (const auto answer = Gate::answer(frames, trust, WallTime())) {
        promise(answer->status == "400", "nobody is let in whose key is not allowed");
        promise(answer->why.size() < 1'000, "a refusal is short");
    }
    Permit permit;
    permit.as = {"EWR/edge-1"};
    permit.pops = {"EWR"};
    const auto topic = frames.empty() ? std::string_view() : frames.front();
    const auto publisher = frames.size() < 2 ? std::string_view() : frames[1];
    if (!permit.whyNotSay(topic, publisher))
        promise(publisher == "EWR/edge-1" && topic.ends_with("/EWR"), "a key speaks of its own PoP alone");
    return 0;
}
