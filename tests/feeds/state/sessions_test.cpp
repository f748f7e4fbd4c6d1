// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/sessions.h"

#include "tests/support/catch.h"

#include <chrono>
#include <optional>

using namespace surgescope::feeds;
using Verdict = Sessions::Verdict;

namespace {

/// Seconds at which messages come, when they were sent, and what becomes of them.
struct Name {
    Sessions sessions;
    Verdict hear(std::uint64_t session, double at, std::optional<double> sentAt = std::nullopt) {
        const auto ms = [](double s) {
            return std::chrono::milliseconds(static_cast<std::int64_t>(s * 1000));
        };
        const WallTime epoch{std::chrono::hours(500'000)};
        const auto arrived = epoch + ms(at);
        const auto sent = epoch + ms(sentAt.value_or(at));
        const auto verdict =
            sessions.judge(session, SteadyTime{std::chrono::hours(1) + ms(at)}, sent, arrived);
        if (verdict != Verdict::ended && verdict != Verdict::twin) sessions.clock().hear(sent, arrived);
        return verdict;
    }
};

} // namespace

TEST_CASE("a new session ends the one before, whatever their numbers, and an ended one never returns",
          "[sessions]") {
    Name name;
    CHECK(name.hear(50, 0) == Verdict::begins);
    CHECK(name.hear(50, 1) == Verdict::goesOn);
    CHECK(name.hear(7, 2) == Verdict::begins);      // started an hour ahead, then corrected
    CHECK(name.hear(50, 3, 1.5) == Verdict::ended); // it had been queued
    CHECK(name.hear(7, 3) == Verdict::goesOn);
    CHECK(name.hear(90, 4) == Verdict::begins);
    CHECK(name.hear(7, 5, 3.5) == Verdict::ended);
    CHECK(name.hear(50, 60, 1.8) == Verdict::ended);
}

TEST_CASE("one message in another's name does not silence it", "[sessions]") {
    Name name;
    name.hear(50, 0);
    CHECK(name.hear(2'099, 1.5) == Verdict::begins);
    // The first one goes on: what it sends now it sent after the other had come.
    CHECK(name.hear(50, 2) == Verdict::returns);
    CHECK(name.hear(2'099, 2.5) == Verdict::twin);
    CHECK(name.hear(50, 3) == Verdict::goesOn);
    REQUIRE(name.sessions.twin());
    CHECK(name.sessions.twin()->session == 2'099);
    CHECK(name.sessions.twin()->refused == 1);
    // Nor do a hundred, each of another session.
    for (std::uint64_t s = 0; s < 100; ++s) {
        CHECK(name.hear(10'000 + s, 4 + static_cast<double>(s)) == Verdict::twin);
        CHECK(name.hear(50, 4.5 + static_cast<double>(s)) == Verdict::goesOn);
    }
}

TEST_CASE("what an ended session had sent before it ended is no sign of life", "[sessions]") {
    Name name;
    name.hear(50, 0);
    name.hear(51, 1);
    CHECK(name.hear(50, 1.2, 0.7) == Verdict::ended);
    CHECK(name.hear(50, 1.3, 1.05) == Verdict::ended);
    CHECK(name.hear(51, 2) == Verdict::goesOn);
    CHECK_FALSE(name.sessions.twin());
}

TEST_CASE("the other one follows when the first has fallen silent", "[sessions]") {
    Name name;
    name.hear(50, 0);
    name.hear(51, 0.5);
    name.hear(50, 1);
    CHECK(name.hear(51, 1.5) == Verdict::twin);
    CHECK(name.hear(51, 2.5) == Verdict::twin);
    CHECK(name.hear(51, 4.5) == Verdict::begins);
    CHECK(name.hear(51, 5.5) == Verdict::goesOn);
    CHECK_FALSE(name.sessions.twin());
}

TEST_CASE("however many claim a name for a moment, who had it first keeps it", "[sessions]") {
    Name name;
    for (int s = 0; s < 30; ++s)
        name.hear(50, s);
    for (std::uint64_t s = 0; s < 20; ++s)
        CHECK(name.hear(1'000 + s, 30 + 0.04 * static_cast<double>(s)) == Verdict::begins);
    CHECK(name.hear(50, 31) == Verdict::returns);
    REQUIRE(name.sessions.twin());
    // And none of them comes back while it speaks, however often it tries.
    for (int i = 1; i < 60; ++i) {
        CHECK(name.hear(1'000, 31 + i - 0.5) == Verdict::twin);
        CHECK(name.hear(1'019, 31 + i - 0.4) == Verdict::twin);
        CHECK(name.hear(50, 31 + i) == Verdict::goesOn);
    }
}

TEST_CASE("who restarts, and is then forged, is still the first of those alive", "[sessions]") {
    Name name;
    for (int s = 0; s < 10; ++s)
        name.hear(50, s);
    CHECK(name.hear(51, 10) == Verdict::begins); // 50 is dead
    CHECK(name.hear(666, 10.5) == Verdict::begins);
    CHECK(name.hear(51, 11) == Verdict::returns);
    CHECK(name.hear(666, 11.5) == Verdict::twin);
    CHECK(name.hear(51, 12) == Verdict::goesOn);
}
