// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/encode.h"
#include "feeds/wire/peek.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("the head of a message is told without decoding it", "[wire]") {
    Encoder encoder;
    const auto peeked = peek(encoder.encode(popReport({.pop = "CDG", .sequence = 70'000})));
    REQUIRE(peeked);
    CHECK(peeked->publisher == "agent");
    CHECK(peeked->pop == "CDG");
    CHECK(peeked->sequence == 70'000);
    CHECK(peeked->sessionUs == static_cast<std::uint64_t>(kStart) * 1'000'000U);
    CHECK(peeked->intervalEndUs == static_cast<std::uint64_t>(kStart) * 1'000'000U);
    CHECK(peeked->sentUs == static_cast<std::uint64_t>(kStart) * 1'000'000U);
    CHECK(peek(encoder.encode(Event{header({}), EventKind::note, "x"}))->pop.empty());
    FleetRollup rollup;
    rollup.end = feedSecond(kStart);
    CHECK(peek(encoder.encode(rollup))->intervalEndUs == static_cast<std::uint64_t>(kStart) * 1'000'000U);
}

TEST_CASE("no bytes are peeked beyond", "[wire]") {
    CHECK(!peek(""));
    CHECK(!peek("rubbish"));
    Encoder encoder;
    const std::string whole(encoder.encode(popReport({})));
    for (std::size_t size = 0; size < whole.size(); ++size)
        static_cast<void>(peek(std::string(whole, 0, size))); // the address sanitizer looks
    CHECK(!peek(whole.substr(0, 10)));
}
