// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/refusal_tally.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;

TEST_CASE("alike refusals are told as one", "[source]") {
    RefusalTally tally;
    for (int i = 0; i < 1'000; ++i)
        tally.add(Refusal::flood, "agent-7", [] { return std::string("agent-7 floods"); });
    tally.add(Refusal::queueFull, "agent-7", [] { return std::string("no room for agent-7"); });
    const auto flood = tally.take();
    REQUIRE(flood);
    CHECK(flood->reason == Refusal::flood);
    CHECK(flood->count == 1'000);
    CHECK(flood->text == "agent-7 floods: 1000 messages");
    const auto full = tally.take();
    REQUIRE(full);
    CHECK(full->count == 1);
    CHECK(full->text == "no room for agent-7");
    CHECK_FALSE(tally.take());
}

TEST_CASE("refusals to be told are bounded and none is lost from the count", "[source]") {
    RefusalTally tally;
    for (int i = 0; i < 1'000; ++i) {
        const auto name = "invented-" + std::to_string(i);
        tally.add(Refusal::flood, name, [&] { return name; });
    }
    tally.add(Refusal::queueFull, "a", [] { return std::string("full"); });
    std::uint64_t flood = 0;
    std::uint64_t full = 0;
    int told = 0;
    while (const auto refused = tally.take()) {
        (refused->reason == Refusal::flood ? flood : full) += refused->count;
        ++told;
    }
    CHECK(flood == 1'000);
    CHECK(full == 1);
    CHECK(told < 20);
}
