// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/clocks.h"

#include "tests/support/catch.h"

#include <random>
#include <vector>

using namespace surgescope::feeds;
using namespace std::chrono_literals;

namespace {

const WallTime kNow{std::chrono::seconds(1'795'000'000)};

/// The consensus of these, which may be in any order.
Consensus consensus(std::vector<Offset> offsets) {
    return *consensusOf(offsets);
}

} // namespace

TEST_CASE("the shortest way tells a clock's offset, whatever the others take", "[clocks]") {
    ClockOffset clock;
    std::mt19937 random(7);
    for (int s = 0; s < 100; ++s) {
        const auto sent = kNow + std::chrono::seconds(s);
        clock.hear(sent - 60s,
                   sent + 5ms + std::chrono::milliseconds(random() % 4 == 0 ? 0 : random() % 3'000));
    }
    REQUIRE(clock.isSettled());
    CHECK(*clock.offset() >= 60s);
    CHECK(*clock.offset() < 60s + 50ms);
}

TEST_CASE("what was queued is late and no wrong clock, once the queue has been emptied", "[clocks]") {
    ClockOffset clock;
    // Nine messages of nine seconds come at once, then one a second.
    for (int s = 0; s < 9; ++s)
        clock.hear(kNow + std::chrono::seconds(s), kNow + 9s);
    CHECK_FALSE(clock.isSettled());
    for (int s = 9; s < 13; ++s)
        clock.hear(kNow + std::chrono::seconds(s), kNow + std::chrono::seconds(s) + 10ms);
    CHECK(clock.isSettled());
    CHECK(*clock.offset() == 10ms);
}

TEST_CASE("a clock that was set forward is known anew at once", "[clocks]") {
    ClockOffset clock;
    for (int s = 0; s < 20; ++s)
        clock.hear(kNow + std::chrono::seconds(s), kNow + std::chrono::seconds(s));
    CHECK(*clock.offset() == 0s);
    clock.hear(kNow + 21s + 90s, kNow + 21s); // nothing arrives before it is sent
    CHECK(*clock.offset() == -90s);
}

TEST_CASE("after the window the way may have become longer", "[clocks]") {
    ClockOffset clock;
    for (int s = 0; s < 100; ++s)
        clock.hear(kNow + std::chrono::seconds(s), kNow + std::chrono::seconds(s) + (s < 50 ? 10ms : 400ms));
    CHECK(*clock.offset() == 400ms);
}

TEST_CASE("most clocks agree, and a minority moves nothing however wrong it is", "[clocks]") {
    const auto fleet = consensus({10ms, 20ms, -1h, 15ms, 24h * 3'650, 12ms, -60s});
    CHECK(fleet.majority);
    CHECK(fleet.clocks == 7);
    CHECK(fleet.offset >= 10ms);
    CHECK(fleet.offset <= 20ms);
    // A whole feed may be five minutes behind.
    CHECK(consensus({300s, 300s + 10ms, 300s + 30ms}).offset == 300s + 10ms);
}

TEST_CASE("two that differ have no majority, and nobody guesses who is right", "[clocks]") {
    const auto two = consensus({60s, 10ms});
    CHECK_FALSE(two.majority);
    CHECK(two.offset == 10ms); // only so that both are shown in the same second
    CHECK(consensus({60s, 60s + 100ms}).majority);
    CHECK(consensus({60s}).majority);
    std::vector<Offset> none;
    CHECK_FALSE(consensusOf(none));
}

TEST_CASE("below half a second nothing is corrected, and a correction does not flicker", "[clocks]") {
    CHECK(shiftFor(450ms, 0s) == 0s);
    CHECK(shiftFor(-450ms, 0s) == 0s);
    CHECK(shiftFor(550ms, 0s) == 1s);
    CHECK(shiftFor(-60s, 0s) == -60s);
    for (const auto offset : {1'400ms, 1'500ms, 1'600ms, 700ms})
        CHECK(shiftFor(offset, 1s) == 1s);
    CHECK(shiftFor(1'800ms, 1s) == 2s);
    CHECK(shiftFor(0ms, 1s) == 0s);
}
