// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/publisher_shares.h"

#include "tests/support/catch.h"
#include "tests/support/test_clock.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using Share = PublisherShares::Share;

namespace {

Share* admitted(const std::variant<Share*, Refusal>& answer) {
    const auto* share = std::get_if<Share*>(&answer);
    return share ? *share : nullptr;
}

bool refusedFor(const std::variant<Share*, Refusal>& answer, Refusal reason) {
    const auto* refusal = std::get_if<Refusal>(&answer);
    return refusal && *refusal == reason;
}

} // namespace

TEST_CASE("a publisher may send so many messages and bytes a second", "[source]") {
    const TestClock begin;
    TestClock clock;
    PublisherShares shares({.messagesPerSecond = 10, .bytesPerSecond = 5'000, .waitingBytes = 1'000'000});
    for (int i = 0; i < 10; ++i)
        REQUIRE(admitted(shares.admit("many", 1, clock.steady())));
    CHECK(refusedFor(shares.admit("many", 1, clock.steady()), Refusal::flood));
    REQUIRE(admitted(shares.admit("large", 4'000, clock.steady())));
    CHECK(refusedFor(shares.admit("large", 4'000, clock.steady()), Refusal::flood));
    CHECK(admitted(shares.admit("large", 1'000, clock.steady()))); // what is refused takes nothing
    CHECK(admitted(shares.admit("quiet", 4'000, clock.steady())));
    clock.advance(milliseconds(500));
    for (int i = 0; i < 5; ++i)
        REQUIRE(admitted(shares.admit("many", 1, clock.steady())));
    CHECK(refusedFor(shares.admit("many", 1, clock.steady()), Refusal::flood));
    CHECK(
        refusedFor(shares.admit("many", 1, begin.steady()), Refusal::flood)); // nor does an earlier time help
}

TEST_CASE("a publisher may keep as much of the room as is free beside it", "[source]") {
    TestClock clock;
    PublisherShares shares({.waitingBytes = 4'000});
    const auto fill = [&](const char* publisher) {
        std::size_t kept = 0;
        while (admitted(shares.admit(publisher, 10, clock.steady())))
            kept += 10;
        CHECK(refusedFor(shares.admit(publisher, 10, clock.steady()), Refusal::queueFull));
        return kept;
    };
    CHECK(fill("flooding") == 2'000);
    CHECK(fill("another") == 1'000);
    CHECK(fill("a third") == 500);
    auto* quiet = admitted(shares.admit("quiet", 500, clock.steady()));
    REQUIRE(quiet);
    CHECK(shares.waiting() == 4'000);
    CHECK(refusedFor(shares.admit("late", 1, clock.steady()), Refusal::queueFull));
    shares.release(*quiet, 500);
    CHECK(shares.waiting() == 3'500);
    CHECK(admitted(shares.admit("late", 500, clock.steady())));
}

TEST_CASE("publishers beyond the bound share what one may take", "[source]") {
    TestClock clock;
    PublisherShares shares({.messagesPerSecond = 5, .publishers = 100});
    for (int i = 0; i < 100; ++i)
        REQUIRE(admitted(shares.admit("invented-" + std::to_string(i), 10, clock.steady())));
    int others = 0;
    for (int i = 100; i < 200; ++i)
        others += admitted(shares.admit("invented-" + std::to_string(i), 10, clock.steady())) ? 1 : 0;
    CHECK(others == 5);
    CHECK(shares.publishers() == 100);
    CHECK(admitted(shares.admit("invented-7", 10, clock.steady()))); // one that is known keeps its own
}

TEST_CASE("a publisher is forgotten when that makes no difference", "[source]") {
    TestClock clock;
    PublisherShares shares({.messagesPerSecond = 5, .publishers = 3});
    auto* waits = admitted(shares.admit("waits", 10, clock.steady()));
    for (const char* name : {"a", "b"})
        shares.release(*admitted(shares.admit(name, 10, clock.steady())), 10);
    clock.advance(milliseconds(1'100));
    REQUIRE(admitted(shares.admit("c", 10, clock.steady())));
    CHECK(shares.publishers() == 2);
    shares.release(*waits, 10);
    CHECK(shares.waiting() == 10);
}
